using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.DrainingProcess;

// A server behind which a worker runs, on the Redis of the first argument under the key prefix of the second. It prints where it listens, and what its worker does.
// The third argument is the wait before the stop, in seconds; the fourth the workers' drain time-out.
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
builder.Services.AddPipeline()
    .UseRedis(args[0], configure: redis => redis.KeyPrefix = args[1])
    .AddQueue("work")
    .AddWorker<HeldHandler>("work", worker =>
        (worker.Concurrency, worker.Prefetch, worker.DrainTimeout) = (1, 2, Seconds(args[3])));
builder.Services.AddPipelineHttp();
builder.Services.Configure<Pipeline.Health.DrainingOptions>(options => options.PreStopWait = Seconds(args[2]));

var app = builder.Build();
app.UsePipeline();
app.MapPipelineHealth();
app.MapPost("/work", static async context =>
{
    // Long enough that there are always requests in flight.
    await Task.Delay(TimeSpan.FromMilliseconds(20), context.RequestAborted);
    await context.Response.WriteAsync("done", context.RequestAborted);
});
app.MapGet("/slow", static async context =>
{
    Console.Out.WriteLine("slow");
    await Task.Delay(TimeSpan.FromSeconds(2), context.RequestAborted);
    await context.Response.WriteAsync("done", context.RequestAborted);
});
await app.StartAsync();
Console.Out.WriteLine($"listening {app.Urls.First()}");
await app.WaitForShutdownAsync();

static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));
