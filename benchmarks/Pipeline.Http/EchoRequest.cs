namespace Pipeline.Http;

/// <summary>What is posted: about 2 kB of JSON.</summary>
internal sealed record EchoRequest(string Id, string Model, string Text, int[] Numbers, EchoRequest.Part[] Parts)
{
    internal sealed record Part(string Role, string Content);
}
