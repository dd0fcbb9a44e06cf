using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Queues;

namespace Pipeline.Steps;

/// <summary>Named steps that each item goes through, one after the other. Made by <c>AddChain</c>, run by a worker or by hand.</summary>
/// <typeparam name="T">
/// The item. Best an immutable type: a step that changes its item in place and then fails is resumed with what it has changed.
/// </typeparam>
/// <remarks>Thread safe: any number of items go through at the same time.</remarks>
public sealed class Chain<T> : IDisposable
{
    private readonly ChainLink<T>[] _links;
    private readonly IChainHook<T>[] _hooks;
    private readonly FrozenDictionary<string, int> _indexes;
    private readonly ChainSettings _settings;
    private readonly RunEnvironment _environment;
    private readonly IMessageFactory? _messages;
    private readonly ILogger _logger;

    internal Chain(
        string name, ChainLink<T>[] links, IChainHook<T>[] hooks, ChainSettings settings, RunEnvironment environment, IMessageFactory? messages)
    {
        Name = name;
        _links = links;
        _hooks = hooks;
        _indexes = links.Select(static (link, index) => KeyValuePair.Create(link.Name, index)).ToFrozenDictionary(StringComparer.Ordinal);
        StepNames = Array.AsReadOnly(Array.ConvertAll(links, static link => link.Name));
        _settings = settings;
        _environment = environment;
        _messages = messages;
        _logger = environment.LoggerFactory.CreateLogger("Pipeline.Steps");
    }

    /// <summary>The chain's name.</summary>
    public string Name { get; }

    /// <summary>The names of the steps, in their order.</summary>
    public IReadOnlyList<string> StepNames { get; }

    /// <summary>Whether the chain takes items now.</summary>
    public bool IsEnabled => _settings.Current.Enabled;

    /// <summary>Waits until the chain takes items.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the chain is enabled.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task WaitUntilEnabledAsync(CancellationToken cancellationToken = default) => _settings.WaitUntilEnabledAsync(cancellationToken);

    /// <summary>Takes one item through the chain.</summary>
    /// <param name="item">The item: the message's own, or that of its checkpoint.</param>
    /// <param name="options">What else is known of it; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>What became of the item. What a step throws is in the outcome, not thrown.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled before the chain ended.</exception>
    /// <remarks>
    /// An unknown <see cref="ChainRunOptions.ResumeAt"/> fails the item with an <see cref="UnprocessableMessageException"/>. When the chain's time-out
    /// runs out, or <paramref name="cancellationToken"/> is cancelled while there is one, the run ends even if the step takes no notice.
    /// </remarks>
    public async ValueTask<ChainOutcome<T>> RunAsync(T item, ChainRunOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options ??= ChainRunOptions.Default;
        var settings = _settings.Current;
        if (!settings.Enabled)
        {
            return new ChainOutcome<T>(ChainStatus.Disabled, item, TimeSpan.Zero);
        }

        var first = 0;
        if (options.ResumeAt is { } resumeAt && !_indexes.TryGetValue(resumeAt, out first))
        {
            return UnknownStep(item, resumeAt);
        }

        var context = new ChainContext(Name, options, _messages);
        using var scope = CallContext.Use(context.Call);
        using var trace = new ChainTrace(_environment, _logger, context);
        var run = new ChainRun<T>(_links, _hooks, context, trace, item, first);
        try
        {
            var outcome = settings.Timeout is { } timeout
                ? await RunWithinAsync(run, timeout, cancellationToken).ConfigureAwait(false)
                : await run.ExecuteAsync(cancellationToken).ConfigureAwait(false);
            trace.Finish(outcome);
            return outcome;
        }
        catch (OperationCanceledException)
        {
            trace.Cancel();
            throw;
        }
        finally
        {
            context.Close();
        }
    }

    /// <summary>Stops listening to changes of the options. The container calls it.</summary>
    public void Dispose() => _settings.Dispose();

    private async ValueTask<ChainOutcome<T>> RunWithinAsync(ChainRun<T> run, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout, _environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await Abandonable.RunAsync(
                static (r, token) => r.ExecuteAsync(token),
                run,
                _environment.Diagnostics,
                new(PipelineDiagnostics.ChainTag, Name),
                either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var step = run.Progress.Seal();
            return run.Fail(new ChainTimeoutException(Name, step, timeout));
        }
        catch (OperationCanceledException e)
        {
            run.Progress.Seal();
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    private ChainOutcome<T> UnknownStep(T item, string step) => new(ChainStatus.Failed, item, TimeSpan.Zero)
    {
        Error = new UnprocessableMessageException(
            $"Chain '{Name}' has no step '{step}' to resume at; its steps are {string.Join(", ", StepNames.Select(static s => $"'{s}'"))}. "
            + "Give the step its former name again and redrive the message, or enqueue the item anew."),
        FailedStep = step,
        ResumeStep = step,
    };
}
