using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Http;

/// <summary>One server with one set of middleware. It writes its address, and ends with its standard input.</summary>
internal static class BenchmarkServer
{
    public static async Task RunAsync(Variant variant)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // Logs are made and thrown away: what a sink costs is the host's.
        builder.Logging.ClearProviders().AddProvider(new DiscardingLoggerProvider()).SetMinimumLevel(LogLevel.Warning).AddFilter("Pipeline", LogLevel.Information);
        builder.Services.AddRouting();
        variant.Services(builder.Services);
        await using var app = builder.Build();
        variant.Middleware(app);
        variant.Endpoint(app.MapPost("/echo", (RequestDelegate)EchoAsync));
        app.MapGet("/allocated", (RequestDelegate)(context =>
            context.Response.WriteAsync(GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture))));
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var request = await context.Request.ReadFromJsonAsync(EchoJsonContext.Default.EchoRequest, context.RequestAborted);
        var answer = new EchoResponse(request!.Id, request.Text.Length, request.Numbers.Sum());
        await context.Response.WriteAsJsonAsync(answer, EchoJsonContext.Default.EchoResponse, cancellationToken: context.RequestAborted);
    }
}
