namespace Pipeline.Caching.Keys;

internal sealed record Question(string Text, decimal Temperature = 0, string[]? Documents = null, Question? Before = null);
