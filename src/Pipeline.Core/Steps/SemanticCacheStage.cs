using System.Diagnostics.CodeAnalysis;
using Pipeline.Caching;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>Answers calls from the answers to near-identical ones, and keeps those that the step makes.</summary>
[Experimental(SemanticCache.DiagnosticId)]
internal sealed class SemanticCacheStage<TIn, TOut>(StepSemanticCacheSettings<TIn, TOut> settings) : IStepStage<TIn, TOut>
{
    public StepStageOrder Order => StepStageOrder.SemanticCache;

    public ValueTask<TOut> InvokeAsync(TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        var text = settings.Text(input);
        return string.IsNullOrWhiteSpace(text) ? next(input, context, cancellationToken) : AskAsync(input, text, context, next, cancellationToken);
    }

    private async ValueTask<TOut> AskAsync(
        TIn input, string text, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        var modelBefore = context.Model;
        var scope = new SemanticCacheScope(context.Call.Tenant, context.StepName, context.Version, modelBefore);
        var request = new SemanticRequest<TOut>(scope, text, settings.Options, settings.Tags?.Invoke(input), settings.Serializer);
        try
        {
            var answer = await settings.Cache.FindAsync(request, cancellationToken).ConfigureAwait(false);
            if (answer.Value is { } stored)
            {
                context.CacheOutcome = CacheOutcome.SemanticHit;
                context.Avoid(stored.Origin);
                context.Model = modelBefore ?? stored.Origin?.Model;
                return stored.Value;
            }

            context.CacheOutcome = IsFailure(answer.Outcome) ? CacheOutcome.Failed : CacheOutcome.Miss;
            var value = await next(input, context, cancellationToken).ConfigureAwait(false);
            if (settings.Keep?.Invoke(value) ?? true)
            {
                await settings.Cache.KeepAsync(request, answer, new(value, context.ToOrigin())).ConfigureAwait(false);
            }

            return value;
        }
        finally
        {
            Report(request.Charge, context);
        }
    }

    private static bool IsFailure(SemanticOutcome outcome) => outcome is SemanticOutcome.Failed or SemanticOutcome.Late or SemanticOutcome.LeftAlone;

    /// <summary>Books what the embedding took to the call, last: it is neither a part of what made the answer, nor the model that answered.</summary>
    private static void Report(EmbeddingCharge? charge, StepContext context)
    {
        if (charge is not null)
        {
            var model = context.Model;
            context.ReportUsage(charge.Usage, charge.Model);
            context.Model = model;
        }
    }
}
