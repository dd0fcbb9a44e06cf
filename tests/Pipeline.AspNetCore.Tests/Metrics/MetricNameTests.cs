using FluentAssertions;
using Xunit;

namespace Pipeline.Metrics;

public sealed class MetricNameTests
{
    [Theory]
    [InlineData("pipeline.worker.duration", "s", MetricKind.Histogram, "pipeline_worker_duration_seconds")]
    [InlineData("http.server.request.duration", "s", MetricKind.Histogram, "http_server_request_duration_seconds")]
    [InlineData("pipeline.worker.received", "{message}", MetricKind.Counter, "pipeline_worker_received")]
    [InlineData("requests.total", "{request}", MetricKind.Counter, "requests")]
    [InlineData("process.cpu.time", "s", MetricKind.Counter, "process_cpu_time_seconds")]
    [InlineData("already_seconds", "s", MetricKind.Gauge, "already_seconds")]
    [InlineData("gc.heap.size", "By", MetricKind.Gauge, "gc_heap_size_bytes")]
    [InlineData("disk.io", "By/s", MetricKind.Gauge, "disk_io_bytes_per_second")]
    [InlineData("cpu.utilization", "1", MetricKind.Gauge, "cpu_utilization_ratio")]
    [InlineData("tries", "1", MetricKind.Counter, "tries")]
    [InlineData("dotnet.thread_pool.thread.count", "{thread}", MetricKind.Gauge, "dotnet_thread_pool_thread_count_current")]
    [InlineData("4xx--errors", null, MetricKind.Counter, "_4xx_errors")]
    [InlineData("größe", "", MetricKind.Gauge, "gr_e")]
    public void Instruments_have_the_names_that_OpenTelemetry_gives_them(string instrument, string? unit, object kind, string name) =>
        MetricName.OfFamily(instrument, unit, (MetricKind)kind).Should().Be(name);

    [Theory]
    [InlineData("http.route", "http_route")]
    [InlineData("a__b", "a_b")]
    [InlineData("__reserved", "_reserved")]
    [InlineData("9lives", "_9lives")]
    [InlineData("le", "tag_le")]
    [InlineData("with:colon", "with_colon")]
    [InlineData("", "_")]
    public void Tags_have_names_that_Prometheus_takes(string tag, string label) => MetricName.OfLabel(tag).Should().Be(label);

    [Theory]
    [InlineData("s", "seconds")]
    [InlineData("ms", "milliseconds")]
    [InlineData("{request}", "")]
    [InlineData("{request}/s", "per_second")]
    [InlineData("m/s", "m_per_second")]
    [InlineData("%", "percent")]
    public void Units_become_words(string unit, string word) => MetricName.OfUnit(unit, MetricKind.Gauge).Should().Be(word);
}
