using System.Collections.Concurrent;
using System.Diagnostics;
using Pipeline.TestSupport;

namespace Pipeline.Health;

/// <summary>A server with a worker, in a process of its own (<c>Pipeline.DrainingProcess</c>), that a test ends by a signal.</summary>
internal sealed class DrainingServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output;
    private readonly ServerProcess _process;

    private DrainingServer(ServerProcess process, ConcurrentQueue<string> output)
    {
        (_process, _output) = (process, output);
        Client = new HttpClient { BaseAddress = new Uri(Said.Single(static line => line.StartsWith("listening ", StringComparison.Ordinal))["listening ".Length..]) };
    }

    public HttpClient Client { get; }

    /// <summary>The lines that the process has written.</summary>
    public IReadOnlyCollection<string> Said => [.. _output];

    public static async Task<DrainingServer> StartAsync(string redis, string prefix, double preStopWait, double drainTimeout)
    {
        var output = new ConcurrentQueue<string>();
        var process = ServerProcess.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    "exec",
                    Path.Combine(AppContext.BaseDirectory, "Pipeline.DrainingProcess.dll"),
                    redis,
                    prefix,
                    FormattableString.Invariant($"{preStopWait}"),
                    FormattableString.Invariant($"{drainTimeout}"),
                ]),
            "listening ",
            output);
        return await process.Ready ? new(process, output) : throw new InvalidOperationException($"The server did not start:\n{string.Join('\n', output)}");
    }

    public Task SaidAsync(string line) => Waiting.UntilAsync(() => Task.FromResult(Said.Contains(line)), $"the line '{line}'");

    /// <summary>Sends SIGTERM.</summary>
    public void Terminate() => _process.Send(Signal.Terminate);

    public Task EndedAsync() => _process.WaitForEndAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
    }
}
