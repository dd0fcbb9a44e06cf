using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Steps;

namespace Pipeline.Telemetry;

/// <summary>A suite with prices and a provider whose client it meters.</summary>
internal sealed class ClientHost : IAsyncDisposable
{
    public ClientHost(Action<IPipelineBuilder, ClientHost>? declare = null)
    {
        Steps = new(suite =>
        {
            suite.ConfigurePrices(Prices.Set);
            declare?.Invoke(suite, this);
        });
        Metrics = new(Steps.Services.GetRequiredService<IMeterFactory>());
        Client = Provider.UsePipeline(Steps.Services, "talk");
    }

    public StepCacheHost Steps { get; }

    public MeasurementCollector Metrics { get; }

    public FakeChatClient Provider { get; } = new();

    public IChatClient Client { get; }

    public IReadOnlyCollection<TelemetryRecord> Records => Steps.Sink.Records;

    public TelemetryRecord Record => Steps.Sink.Records.Single();

    public Task<ChatResponse> AskAsync(string? model = null, CancellationToken cancellationToken = default) =>
        Client.GetResponseAsync("why?", new ChatOptions { ModelId = model }, cancellationToken);

    public async Task StreamAsync(int most = int.MaxValue, CancellationToken cancellationToken = default)
    {
        var count = 0;
        await foreach (var _ in Client.GetStreamingResponseAsync("why?", options: null, cancellationToken))
        {
            if (++count == most)
            {
                break;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Metrics.Dispose();
        await Steps.DisposeAsync();
    }
}
