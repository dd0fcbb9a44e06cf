using Pipeline.DependencyInjection;
using Pipeline.Learning;

namespace Pipeline.Steps;

public sealed partial class StepBuilder<TIn, TOut>
{
    private Func<TIn, TOut, StepContext, string?>? _finding;
    private Func<LearningRecord, TIn, TOut, LearningRecord>? _refine;

    /// <summary>Records what is learned from a call that succeeded.</summary>
    /// <param name="finding">What was found, in words, 1 to <see cref="LearningRecord.MaxFindingLength"/> characters; <see langword="null"/> for nothing.</param>
    /// <param name="refine">
    /// Adds to the record what else is known: interventions, severity, attributes, until when it is valid; <see langword="null"/> to leave it as it is. It is
    /// given with tenant, run, step, finding and time. The run is the call's request id, else its trace, else a new one.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>It stands around everything, and sees answers of caches, too (<see cref="StepContext.CacheOutcome"/>). Whether what was tried has helped is
    /// reported later, with <see cref="ILearningStore.ReportOutcomeAsync"/>.</para>
    /// <para>Memory never breaks a run: what cannot be recorded is counted and logged. The answer waits for the recording at most
    /// <c>Learning:RecordBudget</c>; then it goes on by itself.</para>
    /// </remarks>
    public StepBuilder<TIn, TOut> Learn(
        Func<TIn, TOut, StepContext, string?> finding, Func<LearningRecord, TIn, TOut, LearningRecord>? refine = null)
    {
        ArgumentNullException.ThrowIfNull(finding);
        _finding = finding;
        _refine = refine;
        return this;
    }

    private LearnStage<TIn, TOut>? LearnStageOf(SuiteServices services, RunEnvironment environment) => _finding is null
        ? null
        : new(Name, _finding, _refine, LearningServices.Of(services, environment.Time, environment.LoggerFactory));
}
