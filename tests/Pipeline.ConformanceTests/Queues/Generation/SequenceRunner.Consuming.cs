using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.Generation;

internal sealed partial class SequenceRunner
{
    private async Task ReceiveAsync()
    {
        var model = AnyModel();
        var max = _random.Chance(50) ? 1 : _random.Between(2, 8);
        var lease = _random.Chance(50) ? HalfTicks(0, 2) : HalfTicks(5, 40);
        var received = await AnyProcess(model).ReceiveAsync(max, lease, TimeSpan.Zero);
        Log($"receive {max} from {NameOf(model)} for {lease}: [{Describe(model, received.Select(one => one.Receipt))}]");
        model.Receive(max, lease, received, Tolerance);
        _receipts.AddRange(received.Select(one => (model, one.Receipt)));
    }

    private async Task CompleteAsync()
    {
        var model = AnyModel();
        var completions = SomeReceipts(model, mayRepeat: true)
            .Select(receipt => new QueueCompletion(receipt, _random.Chance(25) ? SomeFollowUps() : null)).ToList();
        if (completions.Count == 0)
        {
            return;
        }

        Log(model, "complete", completions.Select(completion => Describe(model, completion.Receipt)
            + string.Concat((completion.FollowUps ?? []).Select(followUp => $" then on {NameOf(FindModel(followUp.Queue))}: {Describe(followUp.Message)}"))));
        var expected = completions.Where(completion => !model.Complete(completion, FindModel)).Select(completion => completion.Receipt).ToList();
        AssertLost(model, expected, await AnyProcess(model).CompleteAsync(completions));
    }

    private async Task RenewAsync()
    {
        var model = AnyModel();
        var receipts = SomeReceipts(model, mayRepeat: false);
        if (receipts.Count == 0)
        {
            return;
        }

        var lease = HalfTicks(0, 6);
        Log(model, $"renew for {lease}", receipts.Select(receipt => Describe(model, receipt)));
        var expected = receipts.Where(receipt => !model.Renew(receipt, lease)).ToList();
        AssertLost(model, expected, await AnyProcess(model).RenewAsync(receipts, lease));
    }

    private async Task AbandonAsync()
    {
        var model = AnyModel();
        var abandonments = SomeReceipts(model, mayRepeat: true).Select(RandomAbandonment).ToList();
        if (abandonments.Count == 0)
        {
            return;
        }

        Log(model, "abandon", abandonments.Select(one => $"{Describe(model, one.Receipt)} {one.Reason} {one.Delay} {one.Checkpoint?.Step}"));
        var index = _time.NextIndex();
        var expected = abandonments.Where(abandonment => !model.Abandon(abandonment, index)).Select(abandonment => abandonment.Receipt).ToList();
        AssertLost(model, expected, await AnyProcess(model).AbandonAsync(abandonments));
    }

    private async Task RejectAsync()
    {
        var model = AnyModel();
        var rejections = SomeReceipts(model, mayRepeat: true)
            .Select(receipt => new QueueRejection(receipt, (DeadLetterReason)_random.Next(3), RandomError(), RandomCheckpoint())).ToList();
        if (rejections.Count == 0)
        {
            return;
        }

        Log(model, "dead-letter", rejections.Select(rejection => $"{Describe(model, rejection.Receipt)} {rejection.Reason} {rejection.Checkpoint?.Step}"));
        var expected = rejections.Where(rejection => !model.Reject(rejection)).Select(rejection => rejection.Receipt).ToList();
        AssertLost(model, expected, await AnyProcess(model).DeadLetterAsync(rejections));
    }

    /// <summary>Receipts that are held, mostly; old ones on purpose; sometimes one that was never given, or one twice.</summary>
    private List<QueueReceipt> SomeReceipts(QueueModel model, bool mayRepeat)
    {
        var own = _receipts.Where(one => one.Model == model).Select(one => one.Receipt).ToList();
        var held = own.Where(receipt => model.FindHeld(receipt) is not null).ToList();
        var chosen = new List<QueueReceipt>();
        for (var left = _random.Between(1, 4); left > 0; left--)
        {
            if (held.Count > 0 && _random.Chance(75))
            {
                var one = _random.Pick(held);
                held.Remove(one);
                chosen.Add(one);
            }
            else if (own.Count > 0 && _random.Chance(80))
            {
                chosen.Add(_random.Pick(own));
            }
            else if (_receipts.Count > 0 && _random.Chance(40))
            {
                chosen.Add(_random.Pick(_receipts).Receipt);
            }
            else if (_random.Chance(30))
            {
                chosen.Add(new QueueReceipt(_random.NextGuid(), _random.Between(1, 3)));
            }
        }

        if (chosen.Count > 0 && _random.Chance(10))
        {
            chosen.Add(chosen[0]);
        }

        // A receipt that is renewed twice in one call may be held or lost the second time.
        return mayRepeat ? chosen : [.. chosen.Distinct()];
    }

    private QueueAbandonment RandomAbandonment(QueueReceipt receipt)
    {
        var delay = _random.Chance(40) ? HalfTicks(0, 3) : TimeSpan.Zero;
        return _random.Next(10) switch
        {
            < 6 => QueueAbandonment.Failed(receipt, RandomError(), delay, RandomCheckpoint()),
            < 8 => QueueAbandonment.Deferred(receipt, delay, RandomCheckpoint()),
            _ => QueueAbandonment.Returned(receipt),
        };
    }

    private MessageCheckpoint? RandomCheckpoint() =>
        _random.Chance(25) ? new MessageCheckpoint($"step {_random.Next(100)}", new[] { (byte)_random.Next(256) }) : null;

    private MessageError RandomError() => new("TestException", $"failure {_random.Next(1_000)}") { Step = _random.Chance(50) ? "step" : null };

    private List<QueueFollowUp> SomeFollowUps() =>
        [.. Enumerable.Range(0, _random.Between(1, 2)).Select(_ => new QueueFollowUp(AnyModel().Definition.Name, RandomMessage()))];

    private QueueModel FindModel(string queue) => _models.Single(model => model.Definition.Name == queue);

    private static void AssertLost(QueueModel model, IReadOnlyList<QueueReceipt> expected, IReadOnlyList<QueueReceipt> actual) => Ensure.That(
        InOrder(actual).SequenceEqual(InOrder(expected)),
        $"Lost were [{Describe(model, actual)}], not [{Describe(model, expected)}].");

    private static IEnumerable<QueueReceipt> InOrder(IEnumerable<QueueReceipt> receipts) =>
        receipts.OrderBy(receipt => receipt.MessageId).ThenBy(receipt => receipt.AttemptToken);

    private void Log(QueueModel model, string operation, IEnumerable<string> items) => Log($"{operation} on {NameOf(model)}: {string.Join("; ", items)}");

    private static string Describe(QueueModel model, IEnumerable<QueueReceipt> receipts) =>
        string.Join(", ", receipts.Select(receipt => Describe(model, receipt)));

    private static string Describe(QueueModel model, QueueReceipt receipt) =>
        $"{receipt.MessageId.ToString()[..8]}@{receipt.AttemptToken}{(model.FindHeld(receipt) is null ? "" : " held")}";
}
