using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>One run of a worker, from its first receive to the end of its drain.</summary>
internal sealed class WorkerRun : IDisposable
{
    // The safety net under the queue's notifications.
    private static readonly TimeSpan ReceiveWait = TimeSpan.FromSeconds(30);

    // No notification tells a worker that runs until idle that another has finished the rest.
    private static readonly TimeSpan IdleReceiveWait = TimeSpan.FromSeconds(1);

    // How long handlers that were cancelled may take to say so.
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(1);

    private static readonly RetryBackoff ReceiveBackoff = new(
        new QueueWorkerOptions { RetryDelay = TimeSpan.FromMilliseconds(100), MaxRetryDelay = TimeSpan.FromSeconds(5) }, Random.Shared);

    private readonly string _name;
    private readonly WorkerServices _services;
    private readonly QueueWorkerOptions _options;
    private readonly IQueue _queue;
    private readonly IMessageHandler _handler;
    private readonly HandlerSlots _slots;
    private readonly Channel<Delivery> _unstarted = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly CancellationTokenSource _abort = new();
    private readonly LeaseKeeper _leases;
    private readonly Settlement _settlement;
    private readonly MessageProcessor _processor;
    private readonly Task? _producing;
    private readonly IdleSignal? _idle;
    private int _inHand;

    public WorkerRun(string name, WorkerServices services, QueueWorkerOptions options, IQueue queue, IMessageHandler handler, Task? producing)
    {
        _name = name;
        _services = services;
        _options = options;
        _queue = queue;
        _handler = handler;
        _slots = new HandlerSlots(options.Concurrency + options.Prefetch);
        _leases = new LeaseKeeper(queue, options.Lease, services.Time, services.Logger);
        _settlement = new Settlement(queue, services.Time, services.Logger, _abort.Token);
        _processor = new MessageProcessor(name, queue, handler, options, _settlement, services);
        _producing = producing;
        _idle = producing is null ? null : new IdleSignal();
        _ = producing?.ContinueWith((_, idle) => ((IdleSignal)idle!).Fire(), _idle, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        Log.WorkerStarted(_services.Logger, _name, _queue.Definition.Name, _options.Concurrency);
        var handlers = Task.WhenAll(Enumerable.Range(0, _options.Concurrency).Select(_ => Task.Run(HandleAllAsync, CancellationToken.None)));
        var renewals = Task.Run(() => _leases.RunAsync(_abort.Token), CancellationToken.None);
        try
        {
            await ReceiveAllAsync(stopping).ConfigureAwait(false);
        }
        finally
        {
            await DrainAsync(handlers).ConfigureAwait(false);
            await _abort.CancelAsync().ConfigureAwait(false);
            await renewals.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Log.WorkerStopped(_services.Logger, _name);
        }
    }

    public void Dispose() => _abort.Dispose();

    private async Task ReceiveAllAsync(CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!await ReceiveOnceAsync(stopping).ConfigureAwait(false))
                {
                    return;
                }

                failures = 0;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not ObjectDisposedException)
            {
                var delay = ReceiveBackoff.DelayAfter(++failures);
                Log.ReceiveFailed(_services.Logger, _queue.Definition.Name, delay, exception);
                await Task.Delay(delay, _services.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Receives as many messages as there are free slots for.</summary>
    /// <returns>Whether there is a reason to go on.</returns>
    private async Task<bool> ReceiveOnceAsync(CancellationToken stopping)
    {
        var slots = await _slots.TakeAsync(QueueLimits.MaxBatchSize, stopping).ConfigureAwait(false);
        var received = 0;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _idle?.Arm(waiting);
        try
        {
            if (await IsIdleAsync(stopping).ConfigureAwait(false))
            {
                return false;
            }

            if (_handler is IPausableHandler pausable)
            {
                await pausable.WaitUntilActiveAsync(waiting.Token).ConfigureAwait(false);
            }

            received = await TakeInHandAsync(slots, waiting.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (waiting.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            // The last message in hand has ended, or the producer has: whether anything is left is asked again.
        }
        finally
        {
            _idle?.Disarm();
            _slots.Release(slots - received);
        }

        return true;
    }

    private async Task<bool> IsIdleAsync(CancellationToken stopping) =>
        _producing is { IsCompleted: true }
        && Volatile.Read(ref _inHand) == 0
        && (await _queue.GetStatsAsync(stopping).ConfigureAwait(false)).Depth == 0;

    private async Task<int> TakeInHandAsync(int slots, CancellationToken cancellationToken)
    {
        var asked = _services.Time.GetTimestamp();
        var messages = await _queue.ReceiveAsync(slots, _options.Lease, _idle is null ? ReceiveWait : IdleReceiveWait, cancellationToken).ConfigureAwait(false);
        _services.Metrics.Receive(_queue.Definition.Name, _name, messages.Count);
        Interlocked.Add(ref _inHand, messages.Count);
        foreach (var message in messages)
        {
            var delivery = new Delivery(message, asked);
            _leases.Add(delivery);
            _unstarted.Writer.TryWrite(delivery);
        }

        return messages.Count;
    }

    private async Task HandleAllAsync()
    {
        await foreach (var delivery in _unstarted.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await _processor.ProcessAsync(delivery).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Log.SettlementRefused(_services.Logger, _name, delivery.Received.Message.Id, exception);
            }

            LetGo(delivery);
        }
    }

    private void LetGo(Delivery delivery)
    {
        _leases.Remove(delivery);
        delivery.Dispose();
        _slots.Release(1);
        if (Interlocked.Decrement(ref _inHand) == 0)
        {
            _idle?.Fire();
        }
    }

    private async Task DrainAsync(Task handlers)
    {
        _unstarted.Writer.Complete();
        var unstarted = new List<Delivery>();
        while (_unstarted.Reader.TryRead(out var delivery))
        {
            unstarted.Add(delivery);
        }

        Log.WorkerDraining(_services.Logger, _name, unstarted.Count, Volatile.Read(ref _inHand) - unstarted.Count);
        var returning = ReturnAsync(unstarted);
        if (!await EndsWithinAsync(handlers, _options.DrainTimeout).ConfigureAwait(false))
        {
            await CancelHandlersAsync(handlers).ConfigureAwait(false);
        }

        await EndsWithinAsync(returning, CancelGrace).ConfigureAwait(false);
    }

    private async Task ReturnAsync(List<Delivery> unstarted)
    {
        if (await GiveBackAsync(unstarted).ConfigureAwait(false))
        {
            unstarted.ForEach(LetGo);
        }
    }

    private async Task<bool> GiveBackAsync(List<Delivery> deliveries)
    {
        try
        {
            await _settlement.ReturnAsync(deliveries).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            Log.ReturnFailed(_services.Logger, _name, deliveries.Count, exception);
            return false;
        }
    }

    private async Task CancelHandlersAsync(Task handlers)
    {
        var running = _leases.Held;
        Log.DrainTimedOut(_services.Logger, _name, running.Count);
        foreach (var delivery in running)
        {
            delivery.Cancel(DeliveryEnd.Draining);
        }

        if (!await EndsWithinAsync(handlers, CancelGrace).ConfigureAwait(false))
        {
            // What its handler does not let go is given back over its head: its receipt is void from then on. One that lost its lease is another's.
            var held = _leases.Held.Where(static delivery => delivery.End != DeliveryEnd.LeaseLost);
            await EndsWithinAsync(GiveBackAsync([.. held]), CancelGrace).ConfigureAwait(false);
        }
    }

    private async Task<bool> EndsWithinAsync(Task work, TimeSpan time) =>
        await Task.WhenAny(work, Task.Delay(time, _services.Time, _abort.Token)).ConfigureAwait(false) == work;
}
