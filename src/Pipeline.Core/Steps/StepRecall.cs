using Pipeline.Learning;

namespace Pipeline.Steps;

/// <summary>Puts what was learned earlier into the context of a call. It never fails the call, nor holds it longer than the budget.</summary>
internal sealed class StepRecall<TIn>(string step, Func<TIn, StepContext, RecallQuery?> query, LearningServices learning)
{
    public async ValueTask RecallAsync(TIn input, StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            if (query(input, context) is not { } asked)
            {
                return;
            }

            using var budget = new MemoryBudget(learning.Options.RecallBudget, learning.Time, cancellationToken);
            var result = await budget.WaitAsync(token => learning.Store.RecallAsync(asked, token).AsTask()).ConfigureAwait(false);
            context.Learnings = result.Matches;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (TimeoutException)
        {
            learning.Metrics.CountFailure(LearningMetrics.Recall);
            Log.StepRecallLate(learning.Logger, step, learning.Options.RecallBudget);
        }
#pragma warning disable CA1031 // Memory never breaks a run.
        catch (Exception e)
#pragma warning restore CA1031
        {
            learning.Metrics.CountFailure(LearningMetrics.Recall);
            Log.StepRecallFailed(learning.Logger, step, e);
        }
    }
}
