using Microsoft.Extensions.DependencyInjection;
using Pipeline.Crash.Backends;
using Pipeline.Queues;

namespace Pipeline.Crash;

/// <summary>The two queues of a run, as one process has them.</summary>
internal sealed class CrashQueues : IAsyncDisposable
{
    public const string Work = "work";
    public const string Next = "next";

    private readonly ServiceProvider _services;

    public CrashQueues(ICrashBackend backend, string address, TimeSpan commandTimeout)
    {
        var services = new ServiceCollection();
        var pipeline = services.AddPipeline().AddQueue(Work).AddQueue(Next);
        backend.Use(pipeline, address, commandTimeout);
        _services = services.BuildServiceProvider();
        var provider = _services.GetRequiredService<IQueueProvider>();
        All = [provider.GetQueue(Work), provider.GetQueue(Next)];
    }

    /// <summary>Both; the first feeds the second.</summary>
    public IReadOnlyList<IQueue> All { get; }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
