using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Http;

/// <summary>A server's line to the race: it writes its address, answers each line with the bytes that it has allocated, and ends with its standard input.</summary>
internal sealed class ServerLine(IServer server, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own, so that waiting takes none of the pool's.
        lifetime.ApplicationStarted.Register(() => new Thread(Serve) { IsBackground = true }.Start());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Serve()
    {
        Console.WriteLine(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        while (Console.ReadLine() is not null)
        {
            Console.WriteLine(GC.GetTotalAllocatedBytes(precise: true));
        }

        lifetime.StopApplication();
    }
}
