using System.Collections;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Requests;

/// <summary>What the edge knows of a request beyond ASP.NET's own context. It is also the log scope around the request, so that whatever is found out later shows there.</summary>
internal sealed class RequestState(HttpContext context) : IReadOnlyList<KeyValuePair<string, object?>>
{
    /// <summary>The caller's tenant, once it is known.</summary>
    public string? Tenant { get; set; }

    /// <summary>The code of the problem that the request ended with.</summary>
    public string? ErrorCode { get; set; }

    public int Count => Tenant is null ? 1 : 2;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("RequestId", context.TraceIdentifier),
        1 when Tenant is not null => new("Tenant", Tenant),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <summary>The state of a request, made where there is none.</summary>
    public static RequestState Of(HttpContext context)
    {
        if (context.Features.Get<RequestState>() is not { } state)
        {
            state = new RequestState(context);
            context.Features.Set(state);
        }

        return state;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
        if (Tenant is not null)
        {
            yield return this[1];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => Tenant is null ? $"RequestId:{context.TraceIdentifier}" : $"RequestId:{context.TraceIdentifier}, Tenant:{Tenant}";
}
