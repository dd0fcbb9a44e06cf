using System.Diagnostics;
using System.Globalization;
using Pipeline.Caching;
using Pipeline.Learning;

namespace Pipeline.Steps;

/// <summary>Records what was learned from a call that succeeded. It never fails the call, nor holds its answer longer than the budget.</summary>
internal sealed class LearnStage<TIn, TOut>(
    string step, Func<TIn, TOut, StepContext, string?> finding, Func<LearningRecord, TIn, TOut, LearningRecord>? refine, LearningServices learning)
    : IStepStage<TIn, TOut>
{
    public StepStageOrder Order => StepStageOrder.Record;

    public async ValueTask<TOut> InvokeAsync(TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        var output = await next(input, context, cancellationToken).ConfigureAwait(false);
        if (FindRecord(input, output, context) is { } record)
        {
            await RecordAsync(record, cancellationToken).ConfigureAwait(false);
        }

        return output;
    }

    private static string RunIdOf(StepContext context, DateTimeOffset now) =>
        context.Call.RequestId
        ?? Activity.Current?.TraceId.ToHexString()
        ?? Guid.CreateVersion7(now).ToString("D", CultureInfo.InvariantCulture);

    private LearningRecord? FindRecord(TIn input, TOut output, StepContext context)
    {
        try
        {
            if (finding(input, output, context) is not { } text)
            {
                return null;
            }

            var now = learning.Time.GetUtcNow();
            var record = new LearningRecord
            {
                Tenant = context.Call.Tenant,
                RunId = RunIdOf(context, now),
                Step = step,
                Finding = text,
                Created = now,
            };
            return refine is null ? record : refine(record, input, output);
        }
#pragma warning disable CA1031 // Memory never breaks a run.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            return null;
        }
    }

    // On the thread pool, and to its end: the answer is there, and neither its caller's leaving nor the budget takes anything from what was learned.
    private async Task RecordAsync(LearningRecord record, CancellationToken cancellationToken)
    {
        var recording = Task.Run(
            async () =>
            {
                try
                {
                    await learning.Store.RecordAsync(record, CancellationToken.None).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Memory never breaks a run.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    Fail(e);
                }
            },
            CancellationToken.None);
        try
        {
            await recording.WaitAsync(learning.Options.RecordBudget, learning.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Background.Observe(recording);
        }
    }

    private void Fail(Exception exception)
    {
        learning.Metrics.CountFailure(LearningMetrics.Record);
        Log.StepLearnFailed(learning.Logger, step, exception);
    }
}
