using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.Generation;

internal sealed partial class SequenceRunner
{
    private async Task RedriveAsync()
    {
        var model = AnyModel();
        var filter = RandomFilter(model);
        var most = _random.Chance(50) ? long.MaxValue : _random.Between(1, 3);
        var oldest = (await BrowseAsync(model, filter)).Take((int)Math.Min(most, int.MaxValue)).Select(letter => letter.Message.Id).ToList();
        Log(model, $"redrive {most}", oldest.Select(id => id.ToString()[..8]));
        oldest.ForEach(model.Redrive);
        var actual = await AnyProcess(model).DeadLetters.RedriveAsync(filter, most);
        Ensure.That(actual == oldest.Count, $"{actual} were redriven, not {oldest.Count}.");
    }

    private async Task DiscardAsync()
    {
        var model = AnyModel();
        var filter = RandomFilter(model);
        var most = _random.Chance(30) ? long.MaxValue : 1;
        var oldest = (await BrowseAsync(model, filter)).Take((int)Math.Min(most, int.MaxValue)).Select(letter => letter.Message.Id).ToList();
        Log(model, $"discard {most}", oldest.Select(id => id.ToString()[..8]));
        oldest.ForEach(model.Discard);
        var actual = await AnyProcess(model).DeadLetters.DiscardAsync(filter, most);
        Ensure.That(actual == oldest.Count, $"{actual} were discarded, not {oldest.Count}.");
    }

    private async Task<IReadOnlyList<DeadLetter>> BrowseAsync(QueueModel model, DeadLetterFilter filter)
    {
        var queue = AnyProcess(model);
        var letters = new List<DeadLetter>();
        string? continuation = null;
        do
        {
            var page = await queue.DeadLetters.BrowseAsync(filter, _random.Between(1, 10), continuation);
            letters.AddRange(page.Items);
            continuation = page.Continuation;
        }
        while (continuation is not null);

        _time.Observe(await _store.GetServerTimeAsync());
        model.AssertDead(filter, letters, Tolerance);
        var count = await queue.DeadLetters.CountAsync(filter);
        Ensure.That(count == letters.Count, $"{count} dead letters are counted, and {letters.Count} browsed.");
        return letters;
    }

    private DeadLetterFilter RandomFilter(QueueModel model) => _random.Next(5) switch
    {
        0 => new DeadLetterFilter { Tenant = _random.Pick(Tenants) },
        1 => new DeadLetterFilter { Reason = (DeadLetterReason)_random.Next(3) },
        2 when model.Dead.Count > 0 => DeadLetterFilter.ById(_random.Pick(model.Dead).Message.Id, _random.NextGuid()),
        _ => DeadLetterFilter.All,
    };
}
