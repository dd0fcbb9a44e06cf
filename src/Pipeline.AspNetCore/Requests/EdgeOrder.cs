using Microsoft.AspNetCore.Builder;

namespace Pipeline.Requests;

/// <summary>Whether the edge was put into the application, and what was put in before it; for the doctor.</summary>
internal sealed class EdgeOrder
{
    // What ASP.NET's middleware leaves behind where it is added.
    private static readonly (string Property, string Call)[] Marks =
    [
        ("__EndpointRouteBuilder", "UseRouting()"),
        ("__AuthenticationMiddlewareSet", "UseAuthentication()"),
        ("__AuthorizationMiddlewareSet", "UseAuthorization()"),
    ];

    public bool IsUsed { get; private set; }

    /// <summary>The calls that came first, and should not be there.</summary>
    public IReadOnlyList<string> Before { get; private set; } = [];

    public void Note(IApplicationBuilder app)
    {
        IsUsed = true;
        Before = [.. Marks.Where(mark => app.Properties.ContainsKey(mark.Property)).Select(static mark => mark.Call)];
    }
}
