namespace Pipeline.Http;

/// <summary>What is asked of a server.</summary>
/// <param name="Path">Where it is posted.</param>
/// <param name="Body">The JSON that is posted.</param>
internal sealed record Load(string Path, string Body);
