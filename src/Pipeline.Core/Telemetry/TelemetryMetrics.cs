using System.Diagnostics.Metrics;
using Pipeline.Diagnostics;

namespace Pipeline.Telemetry;

/// <summary>The instruments of telemetry sinks. They are read off the sinks' own counters when somebody collects them, so that emitting pays nothing.</summary>
/// <remarks>Thread safe. Sinks of one name in several suites are added up.</remarks>
internal sealed class TelemetryMetrics
{
    public const string SinkTag = "pipeline.sink";
    public const string LaneTag = "pipeline.telemetry.lane";
    public const string ReasonTag = "pipeline.telemetry.reason";

    private readonly Lock _gate = new();
    private IReadOnlyList<ITelemetrySink> _sinks = [];

    public TelemetryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(PipelineDiagnostics.Name);
        meter.CreateObservableCounter("pipeline.telemetry.dropped", ObserveDropped, "{record}", "Telemetry records that were lost, by sink, lane and reason.");
        meter.CreateObservableUpDownCounter("pipeline.telemetry.pending", ObservePending, "{record}", "Telemetry records that wait to be written, by sink.");
    }

    public void Observe(IEnumerable<ITelemetrySink> sinks)
    {
        lock (_gate)
        {
            _sinks = [.. _sinks, .. sinks];
        }
    }

    private IEnumerable<Measurement<long>> ObserveDropped() =>
        from one in ReadAll()
        from drop in one.Statistics.Dropped
        group drop.Count by (one.Sink, drop.Lane, drop.Reason) into drops
        select new Measurement<long>(
            drops.Sum(), new(SinkTag, drops.Key.Sink), new(LaneTag, TagOf(drops.Key.Lane)), new(ReasonTag, TagOf(drops.Key.Reason)));

    private IEnumerable<Measurement<long>> ObservePending() => ReadAll()
        .GroupBy(one => one.Sink, one => one.Statistics.Pending, StringComparer.Ordinal)
        .Select(pending => new Measurement<long>(pending.Sum(), new KeyValuePair<string, object?>(SinkTag, pending.Key)));

    private List<(string Sink, TelemetrySinkStatistics Statistics)> ReadAll()
    {
        IReadOnlyList<ITelemetrySink> sinks;
        lock (_gate)
        {
            sinks = _sinks;
        }

        List<(string Sink, TelemetrySinkStatistics Statistics)> all = [];
        foreach (var sink in sinks)
        {
            try
            {
                all.Add((sink.Name, sink.GetStatistics()));
            }
#pragma warning disable CA1031 // A sink of the host's that throws must not take the other sinks' figures with it.
            catch (Exception)
#pragma warning restore CA1031
            {
                continue;
            }
        }

        return all;
    }

    private static string TagOf(TelemetryLane lane) => lane == TelemetryLane.Accounting ? "accounting" : "diagnostic";

    private static string TagOf(TelemetryDropReason reason) => reason switch
    {
        TelemetryDropReason.Invalid => "invalid",
        TelemetryDropReason.CountLimit => "count_limit",
        TelemetryDropReason.ByteLimit => "byte_limit",
        TelemetryDropReason.Displaced => "displaced",
        TelemetryDropReason.SpillFailed => "spill_failed",
        TelemetryDropReason.Refused => "refused",
        _ => "closed",
    };
}
