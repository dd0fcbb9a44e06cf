using System.IO.Pipelines;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Pipeline.RequestLimits;

/// <summary>A body that is read without being taken: what comes after reads the same bytes.</summary>
internal readonly struct PeekedBody
{
    private static readonly Assembly Kestrel = typeof(KestrelServer).Assembly;

    private readonly HttpRequest _request;
    private readonly bool _isServers;

    private PeekedBody(HttpRequest request)
    {
        _request = request;

        // Kestrel's stream and reader are two faces of one buffer. Where somebody has put a stream in their place, the reader has a buffer of its own.
        _isServers = request.Body.GetType().Assembly == Kestrel;
        Reader = request.BodyReader;
    }

    public PipeReader Reader { get; }

    public static PeekedBody Of(HttpContext context) => new(context.Request);

    /// <summary>Lets the stream of the request begin with what the reader has in its buffer.</summary>
    public void Restore()
    {
        if (!_isServers)
        {
            _request.Body = Reader.AsStream(leaveOpen: true);
        }
    }
}
