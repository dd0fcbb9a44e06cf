using System.Buffers;
using System.Numerics.Tensors;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>What a recall looks through: taken under the tenant's lock, gone through without it, several times where once was not enough.</summary>
internal abstract class RecallSource(ReadOnlyMemory<LearningRow> rows, RowFilter filter) : IDisposable
{
    private const int LeastCapacity = 64;
    private const int CapacityPerMatch = 4;
    private const int Growth = 8;
    private const int RowsBetweenLooks = 4096;

    protected ReadOnlySpan<LearningRow> Rows => rows.Span;

    public RecallResult Recall(RecallQuery query, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // As a rule a few candidates are enough. Where near-duplicates or large findings use them up, it goes through all once more and keeps more.
        for (var capacity = Math.Max(LeastCapacity, query.Limit * CapacityPerMatch); ; capacity *= Growth)
        {
            var best = new BestCandidates(query, filter, now, capacity);
            OfferTo(best, cancellationToken);
            var selection = new RecallSelection(query, now);

            // Each is judged once more, since reports may have come since.
            selection.Take(best.TakeAll().Where(ranked => best.Selects(ranked.Entry)).Select(static ranked => ranked.ToCandidate()));
            if (selection.IsComplete || !best.HasOverflowed)
            {
                return selection.ToResult();
            }
        }
    }

    public virtual void Dispose()
    {
    }

    protected abstract void OfferTo(BestCandidates best, CancellationToken cancellationToken);

    private static void LookFor(int row, CancellationToken cancellationToken)
    {
        if (row % RowsBetweenLooks == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>All learnings, equally similar.</summary>
    public sealed class Everything(ReadOnlyMemory<LearningRow> rows, RowFilter filter) : RecallSource(rows, filter)
    {
        protected override void OfferTo(BestCandidates best, CancellationToken cancellationToken)
        {
            var all = Rows;
            for (var i = 0; i < all.Length; i++)
            {
                LookFor(i, cancellationToken);
                best.Offer(all[i], similarity: 1);
            }
        }
    }

    /// <summary>Learnings by how many of the query's words their findings hold.</summary>
    public sealed class ByWords : RecallSource
    {
        private readonly int _words;
        private readonly bool _isZeroIncluded;
        private readonly ushort[] _counts;

        public ByWords(ReadOnlyMemory<LearningRow> rows, RowFilter filter, WordIndex index, string text, bool isZeroIncluded)
            : base(rows, filter)
        {
            var words = RecallWords.Of(text);
            _words = words.Count;
            _isZeroIncluded = isZeroIncluded;
            _counts = ArrayPool<ushort>.Shared.Rent(rows.Length);
            var counts = _counts.AsSpan(0, rows.Length);
            counts.Clear();
            index.Count(words, counts);
        }

        public override void Dispose()
        {
            ArrayPool<ushort>.Shared.Return(_counts);
            base.Dispose();
        }

        protected override void OfferTo(BestCandidates best, CancellationToken cancellationToken)
        {
            var all = Rows;
            for (var i = 0; i < all.Length; i++)
            {
                LookFor(i, cancellationToken);
                if (_counts[i] > 0 || _isZeroIncluded)
                {
                    best.Offer(all[i], RecallWords.Similarity(_counts[i], _words));
                }
            }
        }
    }

    /// <summary>Learnings by their embeddings.</summary>
    public sealed class ByEmbedding(ReadOnlyMemory<LearningRow> rows, RowFilter filter, TenantSnapshot vectors, LearningEmbedding query)
        : RecallSource(rows, filter)
    {
        private readonly float[] _direction = Normalize(query.Vector.Span);

        protected override void OfferTo(BestCandidates best, CancellationToken cancellationToken)
        {
            foreach (var segment in vectors.Segments)
            {
                cancellationToken.ThrowIfCancellationRequested();
                OfferTo(best, segment);
            }
        }

        private static float[] Normalize(ReadOnlySpan<float> vector)
        {
            var direction = new float[vector.Length];
            VectorScale.Normalize(vector, direction);
            return direction;
        }

        private void OfferTo(BestCandidates best, SegmentView segment)
        {
            var all = Rows;
            var direction = _direction.AsSpan();
            var stored = segment.Storage;
            for (var i = 0; i < segment.Live.Length; i++)
            {
                for (var word = segment.Live[i]; word != 0;)
                {
                    var slot = (i * BitSet.BitsPerWord) + BitSet.TakeLowest(ref word);
                    var similarity = Math.Clamp(TensorPrimitives.Dot(direction, stored.VectorAt(slot)), 0f, 1f);
                    best.Offer(all[EmbeddingTable.RowOf(stored.Ids[slot])], similarity, stored, slot);
                }
            }
        }
    }
}
