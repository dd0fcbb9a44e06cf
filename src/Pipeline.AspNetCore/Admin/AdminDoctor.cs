using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pipeline.Diagnostics;

namespace Pipeline.Admin;

/// <summary>The doctor's endpoint: its report as JSON, for any caller who may see it.</summary>
internal sealed class AdminDoctor(Doctor doctor)
{
    public async Task GetAsync(HttpContext context)
    {
        var options = new DoctorRunOptions
        {
            SkipNetwork = AdminQuery.Flag(context, "skip-network"),
            Only = Patterns(context, "only"),
            Except = Patterns(context, "except"),
        };
        var report = await RunAsync(options, context.RequestAborted).ConfigureAwait(false);
        if (AdminQuery.Flag(context, "only-errors"))
        {
            report = report.OnlyErrors();
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        await context.Response.WriteAsync(report.ToJson(), Encoding.UTF8, context.RequestAborted).ConfigureAwait(false);
    }

    private static string[] Patterns(HttpContext context, string name) => [.. context.Request.Query[name].OfType<string>().Where(static pattern => pattern.Length > 0)];

    private async Task<DoctorReport> RunAsync(DoctorRunOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await doctor.RunAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException)
        {
            throw AdminQuery.Refuse("A pattern of 'only' or 'except' matches no check. Correct it; the whole report says what there is.");
        }
    }
}
