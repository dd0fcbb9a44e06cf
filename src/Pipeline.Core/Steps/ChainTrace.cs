using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>The activity and the measurements of one run of a chain, and of its steps. Does nothing that nobody listens to.</summary>
internal sealed class ChainTrace : IDisposable
{
    private const string Halted = "halted";

    private readonly RunEnvironment _environment;
    private readonly ILogger _logger;
    private readonly ChainContext _context;
    private readonly string _chain;
    private readonly long _start;
    private readonly Activity? _activity;

    public ChainTrace(RunEnvironment environment, ILogger logger, ChainContext context)
    {
        _environment = environment;
        _logger = logger;
        _context = context;
        _chain = context.ChainName;
        _start = environment.Time.GetTimestamp();
        _activity = PipelineDiagnostics.Source.HasListeners() ? PipelineDiagnostics.Source.StartActivity($"chain {_chain}") : null;
        _activity?.SetTag(PipelineDiagnostics.ChainTag, _chain);
    }

    public TimeSpan Elapsed => _environment.Time.GetElapsedTime(_start);

    /// <param name="step">The step's name.</param>
    /// <param name="logs">Whether the step's run is an event of the log: not where the runner that it calls writes one.</param>
    public StepTrace BeginStep(string step, bool logs) => new(this, step, logs);

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
        private readonly bool _logs;
        private readonly long _start;
        private readonly Activity? _activity;

        public StepTrace(ChainTrace owner, string step, bool logs)
        {
            _owner = owner;
            _step = step;
            _logs = logs;
            _start = owner._environment.Time.GetTimestamp();
            _activity = PipelineDiagnostics.Source.HasListeners() ? PipelineDiagnostics.Source.StartActivity($"chain step {step}") : null;
            _activity?.SetTag(PipelineDiagnostics.ChainTag, owner._chain).SetTag(PipelineDiagnostics.StepTag, step);
        }

        public void Finish(bool isHalt) => Record(isHalt ? Halted : CallOutcome.Succeeded.ToTag(), error: null);

        public void Fail(Exception error, bool isCanceled) => Record(CallOutcomes.Of(error, isCanceled).ToTag(), error);

        private void Record(string outcome, Exception? error)
        {
            var duration = _owner._environment.Time.GetElapsedTime(_start);
            _owner._environment.Diagnostics.RecordChainStep(_owner._chain, _step, outcome, duration);
            if (_logs && _owner._logger.IsEnabled(LogLevel.Information))
            {
                LogEnd(outcome, duration, error);
            }

            PipelineDiagnostics.Finish(_activity, outcome, error);
            _activity?.Dispose();
        }

        // The error's type alone: the worker logs the error itself, once.
        private void LogEnd(string outcome, TimeSpan duration, Exception? error) => Log.ChainStepEnded(
            _owner._logger,
            _step,
            _owner._chain,
            outcome,
            Math.Round(duration.TotalMilliseconds, 3),
            _owner._context.MessageId,
            error?.GetType().Name,
            _owner._context.Call.Tenant,
            _owner._context.Call.RequestId);
    }
}
