namespace Pipeline.DependencyInjection;

/// <summary>A cache preset that was declared.</summary>
internal sealed record CachePresetRegistration(string Name, Action<IServiceProvider> Check) : ItemRegistration(Sections.Caching, Name, Check);
