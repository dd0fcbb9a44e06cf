using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pipeline.Diagnostics;

/// <summary>The instruments of calls of models, with the names of <see cref="GenAiConventions"/>. No tenant and no step is in their tags.</summary>
/// <remarks>Thread safe. An instrument that nobody listens to costs one check.</remarks>
internal sealed class GenAiMetrics
{
    private readonly Histogram<long> _tokens;
    private readonly Histogram<double> _duration;

    public GenAiMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(PipelineDiagnostics.Name);
        _tokens = meter.CreateHistogram(
            GenAiConventions.TokenUsage,
            "{token}",
            "Number of input and output tokens used.",
            tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = GenAiConventions.TokenBuckets });
        _duration = meter.CreateHistogram(
            GenAiConventions.OperationDuration,
            "s",
            "GenAI operation duration.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = GenAiConventions.DurationBuckets });
    }

    public void RecordTokens(in TagList tags, string type, long tokens)
    {
        if (_tokens.Enabled)
        {
            var typed = tags;
            typed.Add(GenAiConventions.TokenType, type);
            _tokens.Record(tokens, typed);
        }
    }

    public void RecordDuration(in TagList tags, TimeSpan duration, string? errorType)
    {
        if (_duration.Enabled)
        {
            var all = tags;
            if (errorType is not null)
            {
                all.Add(GenAiConventions.ErrorType, errorType);
            }

            _duration.Record(duration.TotalSeconds, all);
        }
    }
}
