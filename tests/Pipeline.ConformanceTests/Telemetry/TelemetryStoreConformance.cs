using Pipeline.Backends;
using Pipeline.Telemetry;
using Xunit;
using static Pipeline.Conformance.Telemetry.TelemetrySamples;

namespace Pipeline.Conformance.Telemetry;

/// <summary>
/// The promises of <see cref="ITelemetryStore"/> and of what reads it back, a fact for each. The author of a backend derives a sealed class with a
/// parameterless constructor that passes a <see cref="TelemetryStoreTestStore"/>.
/// </summary>
[ConformanceSuiteFor(typeof(ITelemetryStore))]
public abstract class TelemetryStoreConformance : TelemetryReaderConformance
{
    private readonly TelemetryStoreTestStore _store;
    private ITelemetryStore _opened = null!;

    /// <summary>Makes the suite for one backend.</summary>
    /// <param name="store">The backend. The suite disposes it.</param>
    protected TelemetryStoreConformance(TelemetryStoreTestStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    private protected override ICapabilityProvider Target => _opened;

    private protected override GenerationSettings Generation => _store.Generation;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await _store.InitializeAsync();
        _opened = await _store.OpenAsync();
    }

    /// <inheritdoc/>
    public override Task DisposeAsync() => _store.DisposeAsync().AsTask();

    [Fact]
    public void Its_name_can_be_a_tag_and_a_folder() => Assert.Matches("^[a-z0-9-]{1,64}$", _opened.Name);

    [Fact(Timeout = TimeLimit)]
    public async Task A_batch_that_is_written_again_changes_nothing_whoever_writes_it()
    {
        var other = await _store.OpenAsync();
        TelemetryRecord[] batch = [.. Enumerable.Range(0, 500).Select(_ => Call(cost: 0.3m))];

        await _opened.WriteAsync(batch);
        await other.WriteAsync(batch);
        await other.WriteAsync((TelemetryRecord[])[batch[7], Call(cost: 1), batch[9]]);

        var total = await TotalAsync(Everything);
        Assert.Equal((501, 151m), (total.Calls, total.Cost));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_same_batch_from_two_processes_at_once_is_written_once()
    {
        TelemetryRecord[] batch = [.. Enumerable.Range(0, 500).Select(_ => Call(cost: 0.1m))];

        await SideBySide.RunAsync(4, async number =>
        {
            var process = await _store.OpenAsync();
            TelemetryRecord[] shuffled = number % 2 == 0 ? batch : [.. batch.Reverse()];
            await process.WriteAsync(shuffled);
        });

        var total = await TotalAsync(Everything);
        Assert.Equal((500, 50m), (total.Calls, total.Cost));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_was_written_is_the_stores_own()
    {
        TelemetryRecord[] batch = [Call(cost: 1)];
        await _opened.WriteAsync(batch);

        // The memory is the caller's again.
        batch[0] = Call(cost: 100);

        Assert.Equal(1, (await TotalAsync(Everything)).Cost);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_write_that_is_cancelled_before_it_began_writes_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _opened.WriteAsync((TelemetryRecord[])[Call()], cancelled.Token).AsTask());

        Assert.Equal(0, (await TotalAsync(Everything)).Calls);
    }

    private protected override Task WriteAsync(params TelemetryRecord[] records) => _opened.WriteAsync(records).AsTask();
}
