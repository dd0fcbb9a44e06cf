using Pipeline.Vectors;

namespace Snippets;

internal static class VectorSnippets
{
    public static async Task UseAsync(IVectorIndex index, float[] vector, float[] question, CancellationToken ct)
    {
        // snippet: vectors
        await index.Collections.EnsureAsync(
            new VectorCollectionDefinition
            {
                Name = "chunks",
                Model = "text-embedding-3-small",
                Dimension = 1_536,
                FilterFields = new Dictionary<string, VectorValueKind> { ["document"] = VectorValueKind.Text, ["page"] = VectorValueKind.WholeNumber },
            },
            ct);

        var acme = new VectorScope("chunks", tenant: "acme");
        await index.UpsertAsync(
            acme,
            [
                new VectorItem
                {
                    Id = "report.pdf#12",
                    Vector = vector,
                    Payload = new Dictionary<string, VectorValue> { ["document"] = "report.pdf", ["page"] = 3, ["text"] = "Revenue rose by a third." },
                },
            ],
            ct);

        var found = await index.SearchAsync(
            acme,
            new VectorQuery
            {
                Vector = question,
                Limit = 5,
                MinScore = 0.7f,
                Filter = VectorFilter.All(VectorFilter.EqualTo("document", "report.pdf"), VectorFilter.Between("page", max: 10)),
            },
            ct);
        foreach (var match in found)
        {
            Console.WriteLine($"{match.Score:F2} {match.Id}: {match.Payload["text"].AsText}");
        }
        // end snippet
    }

    public static async Task RebuildAsync(
        IVectorIndex index, VectorCollectionDefinition definition, IAsyncEnumerable<VectorItem[]> embeddedAnew, CancellationToken ct)
    {
        // snippet: vector-versions
        var next = await index.Collections.BuildAsync(definition with { Model = "text-embedding-3-large", Dimension = 3_072 }, ct);
        await foreach (var batch in embeddedAnew.WithCancellation(ct))
        {
            await index.UpsertAsync(new VectorScope("chunks", "acme", next.Version), batch, ct);
        }

        var validation = await index.Collections.ValidateAsync("chunks", next.Version, cancellationToken: ct);
        if (!validation.IsValid)
        {
            throw new InvalidOperationException(string.Join(' ', validation.Problems));
        }

        await index.Collections.SwitchAsync("chunks", next.Version, ct);
        await index.Collections.RetireAsync("chunks", next.Version - 1, ct);
        // end snippet
    }
}
