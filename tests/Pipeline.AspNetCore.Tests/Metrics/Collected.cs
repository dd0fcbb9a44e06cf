using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Pipeline.Metrics;

/// <summary>A meter of a test's own, and what is collected of it.</summary>
internal sealed class Collected : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MetricsCollector _collector;

    public Collected(int maxSeries = 2_000)
    {
        var factory = _services.GetRequiredService<IMeterFactory>();
        Meter = factory.Create("Test");
        Other = factory.Create("Other");
        _collector = new(Options.Create(new MetricsOptions { Meters = ["Te*"], MaxSeries = maxSeries }), factory, NullLogger<MetricsCollector>.Instance);
        _collector.Start();
    }

    /// <summary>A meter that is chosen.</summary>
    public Meter Meter { get; }

    /// <summary>A meter that is not.</summary>
    public Meter Other { get; }

    public string Read(bool isOpenMetrics = false)
    {
        var body = new ArrayBufferWriter<byte>();
        _collector.Write(body, isOpenMetrics);
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    public string[] Samples() => [.. Read().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line[0] != '#')];

    public void Dispose()
    {
        _collector.Dispose();
        _services.Dispose();
    }
}
