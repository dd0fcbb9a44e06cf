namespace Pipeline.Caching;

internal readonly record struct Point(int X, int Y);
