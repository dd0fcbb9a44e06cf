using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Pipeline.Backends;

namespace Pipeline.Steps;

/// <summary>The options of one chain, which can change while it runs. An invalid change is logged and leaves them as they were.</summary>
/// <remarks>
/// It listens to the sources of change itself, because <see cref="IOptionsMonitor{TOptions}"/> throws what an invalid reload throws at whoever
/// reloads the configuration. Thread safe.
/// </remarks>
internal sealed class ChainSettings : IDisposable
{
    private static readonly ChainOptionsValidator Validator = new();

    private readonly string _chain;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _listeners = [];
    private readonly Lock _gate = new();
    private volatile ChainOptions _current;
    private TaskCompletionSource? _enabled;

    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    public ChainSettings(string chain, ChainOptions options, ILogger logger)
    {
        _chain = chain;
        _logger = logger;
        _current = Validated(options);
    }

    /// <param name="chain">The chain's name.</param>
    /// <param name="optionsName">The name under which the options are configured.</param>
    /// <param name="factory">Makes the options anew from configuration and code.</param>
    /// <param name="changes">What tells of changes; those of other options are left aside.</param>
    /// <param name="logger">Gets the problems of an invalid change.</param>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    public ChainSettings(
        string chain,
        string optionsName,
        IOptionsFactory<ChainOptions> factory,
        IEnumerable<IOptionsChangeTokenSource<ChainOptions>> changes,
        ILogger logger)
        : this(chain, factory.Create(optionsName), logger)
    {
        foreach (var source in changes)
        {
            if (string.Equals(source.Name ?? Options.DefaultName, optionsName, StringComparison.Ordinal))
            {
                _listeners.Add(ChangeToken.OnChange(source.GetChangeToken, () => Reload(() => factory.Create(optionsName))));
            }
        }
    }

    public ChainOptions Current => _current;

    public Task WaitUntilEnabledAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_current.Enabled)
            {
                return Task.CompletedTask;
            }

            _enabled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _enabled.Task.WaitAsync(cancellationToken);
        }
    }

    public void Reload(Func<ChainOptions> read)
    {
        try
        {
            var options = Validated(read());
            lock (_gate)
            {
                _current = options;
                if (options.Enabled)
                {
                    _enabled?.TrySetResult();
                    _enabled = null;
                }
            }

            Log.ChainOptionsReloaded(_logger, _chain, options.Enabled, options.Timeout);
        }
#pragma warning disable CA1031 // Whatever a source of configuration throws, the chain goes on with what it had.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.ChainOptionsInvalid(_logger, e, _chain);
        }
    }

    public void Dispose() => _listeners.ForEach(static listener => listener.Dispose());

    private ChainOptions Validated(ChainOptions options)
    {
        Validator.ThrowIfInvalid(_chain, options);
        return options with { };
    }
}
