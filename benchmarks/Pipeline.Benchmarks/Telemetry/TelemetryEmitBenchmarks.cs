using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using Pipeline.Telemetry;

namespace Pipeline.Benchmarks.Telemetry;

/// <summary>
/// Emits 100,000 records on one thread while there is room: into a bounded channel, an array, the ring, a sink in front of a store that takes all, and the
/// same with the spill on.
/// </summary>
[MemoryDiagnoser]
[InvocationCount(1)]
[IterationCount(40)]
[WarmupCount(10)]
public class TelemetryEmitBenchmarks
{
    private const int Records = 100_000;
    private const int Ids = 1 << 20;

    private readonly TelemetryRecord[] _records = new TelemetryRecord[Ids];
    private readonly TelemetryRecord[] _array = new TelemetryRecord[Records];
    private readonly BufferedTelemetrySink[] _sinks = new BufferedTelemetrySink[2];
    private Channel<TelemetryRecord> _channel = null!;
    private InMemoryTelemetry _ring = null!;
    private string _folder = "";
    private int _next;

    [GlobalSetup]
    public void Build()
    {
        for (var i = 0; i < Ids; i++)
        {
            _records[i] = new TelemetryRecord
            {
                Id = Guid.NewGuid(),
                Time = DateTimeOffset.UnixEpoch.AddSeconds(i),
                Duration = TimeSpan.FromMilliseconds(i & 1023),
                Step = "answer",
                Tenant = "acme",
                Model = "large",
                RequestId = "0af7651916cd43dd8448eb211c80319c",
                Usage = new TokenUsage { UncachedInput = 1_000, Output = 200 },
                Cost = 0.0123m,
            };
        }

        _folder = Directory.CreateTempSubdirectory("pipeline-benchmark-").FullName;
        _channel = Channel.CreateBounded<TelemetryRecord>(Records);
        _ring = new InMemoryTelemetry(new TelemetryMemoryOptions { MaxRecords = Records, MaxBytes = 1024 * 1024 * 1024 });
        _sinks[0] = new BufferedTelemetrySink(new NoStore(), Options());
        var spilling = Options();
        spilling.Spill = new TelemetrySpillOptions { Directory = _folder };
        _sinks[1] = new BufferedTelemetrySink(new NoStore(), spilling);
        Ring();
    }

    [GlobalCleanup]
    public void Clean()
    {
        Array.ForEach(_sinks, sink => sink.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Makes room, and goes on with records that were not emitted lately.</summary>
    [IterationSetup]
    public void MakeRoom()
    {
        while (_channel.Reader.TryRead(out _))
        {
        }

        Task.WaitAll(Array.ConvertAll(_sinks, sink => sink.FlushAsync().AsTask()));
        _next = (_next + Records) % (Ids - Records);
    }

    /// <summary>The raw limit: a bounded channel.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public int BoundedChannel()
    {
        var (writer, taken) = (_channel.Writer, 0);
        for (var i = _next; i < _next + Records; i++)
        {
            taken += writer.TryWrite(_records[i]) ? 1 : 0;
        }

        return Whole(taken);
    }

    /// <summary>What copying alone costs.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public int ArrayCopy()
    {
        for (var i = 0; i < Records; i++)
        {
            _array[i] = _records[_next + i];
        }

        return Records;
    }

    /// <summary>The ring, full: each record forgets another.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public int Ring() => Emit(_ring);

    /// <summary>A lane with room; another thread takes batches out meanwhile.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public int BufferedSink() => Emit(_sinks[0]);

    /// <summary>Each record to disk.</summary>
    [Benchmark(OperationsPerInvoke = Records)]
    public int SpillingSink() => Emit(_sinks[1]);

    private static TelemetryOptions Options()
    {
        var options = new TelemetryOptions { BatchSize = 10_000, FlushInterval = TimeSpan.FromMinutes(10) };
        options.Accounting = new TelemetryLaneOptions { MaxRecords = Records, MaxBytes = 1024 * 1024 * 1024 };
        return options;
    }

    private int Emit(ITelemetrySink sink)
    {
        var taken = 0;
        for (var i = _next; i < _next + Records; i++)
        {
            taken += sink.TryEmit(in _records[i]) ? 1 : 0;
        }

        return Whole(taken);
    }

    private static int Whole(int taken) => taken == Records ? taken : throw new InvalidOperationException($"Only {taken} records had room.");

    private sealed class NoStore : ITelemetryStore
    {
        public string Name => "none";

        public ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default) => default;
    }
}
