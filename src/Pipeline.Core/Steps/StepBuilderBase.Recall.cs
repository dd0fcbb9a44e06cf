using Pipeline.DependencyInjection;
using Pipeline.Learning;

namespace Pipeline.Steps;

/// <content>What a step recalls.</content>
public abstract partial class StepBuilderBase<TIn, TBuilder>
{
    private Func<TIn, StepContext, RecallQuery?>? _recall;

    /// <summary>Puts into <see cref="StepContext.Learnings"/> what earlier runs of this step for the same tenant have taught.</summary>
    /// <param name="text">
    /// What is at hand, in words; <see langword="null"/> or blank recalls nothing. What is longer than <see cref="LearningRecord.MaxFindingLength"/> is
    /// looked at that far.
    /// </param>
    /// <param name="limit">How many learnings at most, 1 to <see cref="RecallQuery.MaxLimit"/>.</param>
    /// <param name="maxTokens">The most that all together may hold, in estimated tokens, 1 or more; <see langword="null"/> sets no bound.</param>
    /// <param name="minScore">The least score, 0 to 1.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>It stands behind the caches: what they answer recalls nothing. Where an embedding generator is registered, texts are compared by their
    /// embeddings, else by their words.</para>
    /// <para>Memory never breaks a run: a recall that fails, or takes longer than <c>Learning:RecallBudget</c>, leaves the learnings empty, is counted and
    /// logged, and the step runs.</para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public TBuilder Recall(Func<TIn, string?> text, int limit = 5, int? maxTokens = null, double minScore = 0.1)
    {
        ArgumentNullException.ThrowIfNull(text);
        var step = Name;
        var template = new RecallQuery
        {
            Filter = new LearningFilter { Tenant = CallContext.DefaultTenant, Step = step },
            Limit = limit,
            MaxTokens = maxTokens,
            MinScore = minScore,
        };
        return Recall((input, context) => RecallText.Of(text(input)) is { } words
            ? template with { Text = words, Filter = template.Filter with { Tenant = context.Call.Tenant } }
            : null);
    }

    /// <summary>Puts into <see cref="StepContext.Learnings"/> what a query of one's own recalls.</summary>
    /// <param name="query">
    /// Makes the query; <see langword="null"/> recalls nothing. Its filter names the tenant: take that of <see cref="StepContext.Call"/>, unless others'
    /// learnings are meant. What it throws is a failed recall, and does not fail the call.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>See <see cref="Recall(Func{TIn, string}, int, int?, double)"/>.</remarks>
    public TBuilder Recall(Func<TIn, StepContext, RecallQuery?> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        _recall = query;
        return (TBuilder)this;
    }

    /// <summary>Makes what recalls for the step; <see langword="null"/> if it asks for nothing.</summary>
    private protected StepRecall<TIn>? RecallOf(SuiteServices services, RunEnvironment environment) =>
        _recall is null ? null : new(Name, _recall, LearningServices.Of(services, environment.Time, environment.LoggerFactory));
}
