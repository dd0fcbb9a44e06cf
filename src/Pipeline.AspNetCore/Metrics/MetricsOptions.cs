namespace Pipeline.Metrics;

/// <summary>What <c>/metrics</c> shows.</summary>
/// <remarks>Bound from <c>Metrics</c> of the edge's configuration section. Read once, at the start.</remarks>
public sealed class MetricsOptions
{
    /// <summary>
    /// The meters whose instruments are shown, by name; a <c>*</c> at a name's end stands for any rest. Configuration adds to the list, code can change it at will.
    /// Default: those of the suite, of ASP.NET's requests and server, of the runtime, and of Npgsql, which has the figures of the connection pool.
    /// </summary>
    public IList<string> Meters { get; set; } =
    [
        "Pipeline",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "System.Runtime",
        "Npgsql",
    ];

    /// <summary>
    /// The most series that one instrument may have, 1 to 1,000,000. Further combinations of tags are counted together in a series of their own, with the label
    /// <c>otel_metric_overflow="true"</c>. Default: 2,000.
    /// </summary>
    public int MaxSeries { get; set; } = 2_000;
}
