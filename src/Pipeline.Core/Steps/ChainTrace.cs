using System.Diagnostics;
using Pipeline.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>The activity and the measurements of one run of a chain, and of its steps. Does nothing that nobody listens to.</summary>
internal sealed class ChainTrace : IDisposable
{
    private const string Halted = "halted";

    private readonly RunEnvironment _environment;
    private readonly string _chain;
    private readonly long _start;
    private readonly Activity? _activity;

    public ChainTrace(RunEnvironment environment, string chain)
    {
        _environment = environment;
        _chain = chain;
        _start = environment.Time.GetTimestamp();
        _activity = PipelineDiagnostics.Source.HasListeners() ? PipelineDiagnostics.Source.StartActivity($"chain {chain}") : null;
        _activity?.SetTag(PipelineDiagnostics.ChainTag, chain);
    }

    public TimeSpan Elapsed => _environment.Time.GetElapsedTime(_start);

    public StepTrace BeginStep(string step) => new(this, step);

    public void Finish<T>(ChainOutcome<T> outcome) => Record(outcome switch
    {
        { Error: { } error } => CallOutcomes.Of(error, isCanceled: false).ToTag(),
        { Status: ChainStatus.Halted } => Halted,
        _ => CallOutcome.Succeeded.ToTag(),
    }, outcome.Error);

    public void Cancel() => Record(CallOutcome.Canceled.ToTag(), error: null);

    public void Dispose() => _activity?.Dispose();

    private void Record(string outcome, Exception? error)
    {
        _environment.Diagnostics.RecordChain(_chain, outcome, Elapsed);
        PipelineDiagnostics.Finish(_activity, outcome, error);
    }

    /// <summary>The activity and the measurement of one step.</summary>
    internal readonly struct StepTrace
    {
        private readonly ChainTrace _owner;
        private readonly string _step;
        private readonly long _start;
        private readonly Activity? _activity;

        public StepTrace(ChainTrace owner, string step)
        {
            _owner = owner;
            _step = step;
            _start = owner._environment.Time.GetTimestamp();
            _activity = PipelineDiagnostics.Source.HasListeners() ? PipelineDiagnostics.Source.StartActivity($"chain step {step}") : null;
            _activity?.SetTag(PipelineDiagnostics.ChainTag, owner._chain).SetTag(PipelineDiagnostics.StepTag, step);
        }

        public void Finish(bool isHalt) => Record(isHalt ? Halted : CallOutcome.Succeeded.ToTag(), error: null);

        public void Fail(Exception error, bool isCanceled) => Record(CallOutcomes.Of(error, isCanceled).ToTag(), error);

        private void Record(string outcome, Exception? error)
        {
            _owner._environment.Diagnostics.RecordChainStep(_owner._chain, _step, outcome, _owner._environment.Time.GetElapsedTime(_start));
            PipelineDiagnostics.Finish(_activity, outcome, error);
            _activity?.Dispose();
        }
    }
}
