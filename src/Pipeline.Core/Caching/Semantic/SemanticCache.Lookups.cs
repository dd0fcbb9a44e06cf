using Pipeline.Learning;
using Pipeline.Steps;

namespace Pipeline.Caching;

/// <content>Look-ups, which never fail a call nor hold it longer than their budget.</content>
public sealed partial class SemanticCache
{
    /// <summary>Looks for an answer.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    internal async ValueTask<SemanticAnswer<T>> FindAsync<T>(SemanticRequest<T> request, CancellationToken cancellationToken)
    {
        if (!request.IsUsable)
        {
            return Counted(request, new SemanticAnswer<T>(SemanticOutcome.Skipped));
        }

        try
        {
            return Counted(request, await _guard.RunAsync(
                async token =>
                {
                    using var budget = new MemoryBudget(request.Options.Budget, _guard.Time, token);
                    return await budget.WaitAsync(inner => LookUpAsync(request, inner)).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // A cache that cannot be asked is a miss, whatever is wrong with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Counted(request, new SemanticAnswer<T>(_guard.OutcomeOf(e, request.Scope.Step)));
        }
    }

    /// <summary>Keeps an answer for near requests.</summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">What the look-up before found.</param>
    /// <param name="value">The answer.</param>
    /// <remarks>The caller's cancellation does not concern it: what the answer took has been spent.</remarks>
    internal async ValueTask KeepAsync<T>(SemanticRequest<T> request, SemanticAnswer<T> answer, StepValue<T> value)
    {
        if (answer.Room is not { } room)
        {
            return;
        }

        try
        {
            using var budget = new MemoryBudget(request.Options.Budget, _guard.Time, CancellationToken.None);
            var isKept = await budget.WaitAsync(token => _store.KeepAsync(request, room, value, token)).ConfigureAwait(false);
            if (!isKept)
            {
                _metrics.CountUnkept(request.Scope.Step, "oversized");
            }
        }
#pragma warning disable CA1031 // The call has its answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _metrics.CountUnkept(request.Scope.Step, e is TimeoutException ? "late" : "failed");
            Log.SemanticAnswerNotKept(_guard.Logger, request.Scope.Step, e);
        }
    }

    private async Task<SemanticAnswer<T>> LookUpAsync<T>(SemanticRequest<T> request, CancellationToken cancellationToken)
    {
        var place = await _store.EmbedAsync(request, cancellationToken).ConfigureAwait(false);
        var threshold = request.Options.Threshold;
        var outcome = SemanticOutcome.Miss;
        foreach (var match in await _store.SearchAsync(place, threshold - NearMissMargin, cancellationToken).ConfigureAwait(false))
        {
            if (match.Score < threshold)
            {
                outcome = outcome == SemanticOutcome.Miss ? SemanticOutcome.NearMiss : outcome;
                continue;
            }

            var storedText = SemanticStore.TextOf(match);
            var verdict = await request.Options.Verifier.VerifyAsync(new(storedText, request.Text, match.Score), cancellationToken).ConfigureAwait(false);
            if (verdict.Reason is { } reason)
            {
                outcome = SemanticOutcome.Vetoed;
                _metrics.CountVeto(request.Scope.Step, reason);
            }
            else if (await _store.ReadAsync(request, place, match, cancellationToken).ConfigureAwait(false) is { } stored)
            {
                return new SemanticAnswer<T>(SemanticOutcome.Hit) { Value = stored };
            }
        }

        // Before the answer is made, so that whatever is invalidated meanwhile invalidates it too.
        var tags = await _store.ReadGenerationsAsync(request, cancellationToken).ConfigureAwait(false);
        return new SemanticAnswer<T>(outcome) { Room = new SemanticRoom(place, tags) };
    }

    private SemanticAnswer<T> Counted<T>(SemanticRequest<T> request, SemanticAnswer<T> answer)
    {
        _metrics.CountLookup(request.Scope.Step, answer.Outcome);
        return answer;
    }
}
