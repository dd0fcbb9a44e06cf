using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Http;

[assembly: HostingStartup(typeof(BenchmarkStartup))]

namespace Pipeline.Http;

/// <summary>What each server gets, the sample's program too, which knows nothing of it: logs that are thrown away, and a line to the race.</summary>
internal sealed class BenchmarkStartup : IHostingStartup
{
    public void Configure(IWebHostBuilder builder) => builder
        .ConfigureLogging(static logging => logging.ClearProviders().AddProvider(new DiscardingLoggerProvider()))
        .ConfigureServices(static services => services.AddHostedService<ServerLine>());
}
