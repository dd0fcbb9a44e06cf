using Pipeline.Learning;

namespace Pipeline.Conformance.Learning.Generation;

/// <content>Makes records, filters and queries, and compares what comes of them.</content>
internal sealed partial class LearningSequence
{
    private readonly List<LearningId> _ids = [];

    private static string Describe(LearningRecord record) =>
        $"{record.Tenant[^1]} {record.RunId} {record.Step} '{record.Finding[..Math.Min(20, record.Finding.Length)]}' {LearningId.Of(record)} "
        + $"created {record.Created:HH:mm:ss.fff}, valid until {record.ValidUntil:HH:mm:ss.fff}, "
        + (record.Embedding is { } embedding ? $"{embedding.Model} {string.Join(' ', embedding.Vector.ToArray())}" : "no embedding");

    private static void Compare(ModelLearning model, StoredLearning stored)
    {
        Ensure.That(stored.Id == model.Id, $"{stored.Id} was read in place of {model.Id}.");
        Ensure.That(stored.Record.Finding == model.Record.Finding && stored.Record.Embedding is null, $"{model.Id} has another finding.");
        Ensure.That(stored.Record.Created == model.Record.Created && stored.Record.ValidUntil == model.Record.ValidUntil, $"{model.Id} has other times.");
        Ensure.That(stored.Record.Tenant == model.Record.Tenant && stored.Record.RunId == model.Record.RunId, $"{model.Id} has another tenant or run.");
        Ensure.That(stored.Record.Attributes.Count == model.Record.Attributes.Count, $"{model.Id} has other attributes.");
        Ensure.That(stored.Outcomes == model.Counts, $"{model.Id} has {stored.Outcomes} in place of {model.Counts}.");
        Ensure.That(
            (stored.Outcome, stored.FollowUpId, stored.Notes) == (model.Outcome, model.LastFollowUp, model.LastNotes),
            $"The last report of {model.Id} is {stored.Outcome} of {stored.FollowUpId} in place of {model.Outcome} of {model.LastFollowUp}.");
        Ensure.That(stored.Reported is null == model.LastFollowUp is null, $"{model.Id} does not say when the last report came.");
    }

    private async Task RecallAsync()
    {
        var query = NewQuery();
        Note($"recall {query} by {query.Embedding} {query.Text}, from {query.MinScore}, duplicates {query.DuplicateSimilarity}, half-life {query.HalfLife}, tokens {query.MaxTokens}, {query.Filter}");
        var result = await Store.RecallAsync(query);
        Ensure.That(!result.IsDegraded, "The recall is degraded.");
        var tolerance = query.HalfLife is { } half ? 0.001 + (_backend.ClockTolerance / half) : 0.001;
        var recall = new ModelRecall(query, _now, tolerance);
        var expected = recall.Take(_model.Select(query.Filter, _now));
        CheckMatches(query, result, recall, tolerance);
        if (!recall.IsAmbiguous)
        {
            Ensure.That(
                result.Matches.Select(match => match.Learning.Id).SequenceEqual(expected.Select(one => one.Id)),
                $"Recalled were\n{string.Join('\n', result.Matches.Select(match => $"{match.Learning.Id} {match.Score.Total}"))}\n"
                + $"in place of\n{string.Join('\n', expected.Select(one => $"{one.Id} {recall.Scores[one.Id]}"))}");
            CheckDuplicates(result, expected, recall);
        }
    }

    /// <summary>What holds even where several answers are right.</summary>
    private void CheckMatches(RecallQuery query, RecallResult result, ModelRecall recall, double tolerance)
    {
        Ensure.That(result.Matches.Count <= query.Limit, "There are more matches than were asked for.");
        Ensure.That(
            query.MaxTokens is not { } most || result.Matches.Sum(match => match.EstimatedTokens) <= most, "The matches hold more tokens than they may.");
        foreach (var match in result.Matches)
        {
            Ensure.That(recall.Scores.TryGetValue(match.Learning.Id, out var score), $"{match.Learning.Id} was recalled, and is not selected.");
            Ensure.That(Math.Abs(score - match.Score.Total) <= tolerance, $"{match.Learning.Id} scores {match.Score.Total} in place of {score}.");
            Ensure.That(match.Score.Total >= query.MinScore, $"{match.Learning.Id} scores too little.");
            Compare(_model.Find(query.Filter.Tenant, match.Learning.Id, _now)!, match.Learning);
        }

        Ensure.That(
            result.Matches.Zip(result.Matches.Skip(1)).All(pair => pair.First.Score.Total >= pair.Second.Score.Total), "The matches are out of order.");
    }

    private static void CheckDuplicates(RecallResult result, List<(LearningId Id, List<LearningId> Duplicates)> expected, ModelRecall recall)
    {
        var least = result.Matches.Count == 0 ? 0 : result.Matches[^1].Score.Total;
        foreach (var (match, (id, duplicates)) in result.Matches.Zip(expected))
        {
            var needed = duplicates.TakeWhile(duplicate => recall.Scores[duplicate] > least + 0.001).ToList();
            Ensure.That(
                match.Duplicates.Count <= duplicates.Count
                && match.Duplicates.Count >= needed.Count
                && match.Duplicates.SequenceEqual(duplicates.Take(match.Duplicates.Count)),
                $"{id} names {match.Duplicates.Count} duplicates in place of {needed.Count} to {duplicates.Count}, or others.");
        }
    }

    private LearningId PickId() => _ids.Count == 0 || _random.Chance(5) ? new LearningId(_random.NextGuid()) : _random.Pick(_ids);

    private string NewModel() => _random.Chance(70) ? "small" : "large";

    private LearningEmbedding NewEmbedding() => new(NewModel(), _random.Pick(Vectors));

    private LearningRecord NewRecord(string tenant)
    {
        var record = new LearningRecord
        {
            Tenant = tenant,
            RunId = $"run-{_random.Next(4)}",
            Step = _random.Pick(Steps),
            Collection = _random.Chance(20) ? "runbook" : LearningRecord.DefaultCollection,
            Agent = _random.Chance(30) ? "planner" : null,
            Severity = (LearningSeverity)_random.Next(3),
            Finding = _random.Pick(Findings),
            Interventions = [.. Names.Where(_ => _random.Chance(30))],
            Attributes = _random.Chance(40)
                ? new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = _random.Chance(50) ? "eu" : "us" }
                : new Dictionary<string, string>(StringComparer.Ordinal),
            Embedding = _random.Chance(60) ? NewEmbedding() : null,

            // No two are created at the same time, so that the order of equal scores is promised.
            Created = _now - (_backend.Tick * _random.Next(40)) + TimeSpan.FromMicroseconds(++_created),
            ValidUntil = _random.Chance(30) ? _now + (_backend.Tick * (_random.Next(6) + 0.5)) : null,
        };
        _ids.Add(LearningId.Of(record));
        return record;
    }

    private LearningFilter NewFilter() => new()
    {
        Tenant = Tenant,
        Collection = _random.Chance(10) ? "runbook" : null,
        RunId = _random.Chance(15) ? $"run-{_random.Next(4)}" : null,
        Step = _random.Chance(20) ? _random.Pick(Steps) : null,
        Agent = _random.Chance(10) ? "planner" : null,
        MinSeverity = _random.Chance(20) ? (LearningSeverity)_random.Next(3) : LearningSeverity.Info,
        Intervention = _random.Chance(15) ? _random.Pick(Names) : null,
        Outcome = _random.Chance(15) ? (LearningOutcome)_random.Next(5) : null,
        Attributes = _random.Chance(10)
            ? new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = "eu" }
            : new Dictionary<string, string>(StringComparer.Ordinal),
        CreatedFrom = _random.Chance(10) ? _now - (_backend.Tick * _random.Next(40)) : null,
        CreatedBefore = _random.Chance(10) ? _now - (_backend.Tick * _random.Next(20)) : null,
    };

    private RecallQuery NewQuery() => new()
    {
        Filter = _random.Chance(60) ? new LearningFilter { Tenant = Tenant } : NewFilter(),
        Embedding = _random.Chance(50) ? NewEmbedding() : null,
        Text = _random.Chance(50) ? _random.Pick(Words) : null,
        Limit = _random.Chance(50) ? _random.Between(1, 4) : RecallQuery.MaxLimit,
        MinScore = _random.Pick([0, 0.1, 0.123, 0.35]),
        HalfLife = _random.Pick<TimeSpan?>([null, _backend.Tick * 10, _backend.Tick * 100]),
        DuplicateSimilarity = _random.Pick<double?>([null, 0.97, 0.85]),
        MaxTokens = _random.Chance(30) ? _random.Between(1, 60) : null,
    };
}
