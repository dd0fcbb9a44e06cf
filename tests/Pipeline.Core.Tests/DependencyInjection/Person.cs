namespace Pipeline.DependencyInjection;

internal sealed record Person(string FullName);
