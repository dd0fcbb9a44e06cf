namespace Pipeline.Requests;

/// <summary>How requests get their ids.</summary>
/// <remarks>Bound from <c>RequestIds</c> of the edge's section. Read once, when the application is built.</remarks>
public sealed class RequestIdOptions
{
    /// <summary>The header that brings a request's id and takes it back to the caller: a header's name of 1 to 64 characters. Default: <c>X-Request-ID</c>.</summary>
    public string Header { get; set; } = "X-Request-ID";
}
