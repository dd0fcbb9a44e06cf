namespace Pipeline.Http;

/// <summary>What is answered.</summary>
internal sealed record EchoResponse(string Id, int Length, int Sum);
