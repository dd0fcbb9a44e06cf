using Pipeline.Vectors;

namespace Pipeline.Conformance.Vectors;

/// <summary>What a backend's author gives to <see cref="VectorIndexConformance"/>: how to open an index on the backend. Each test has a store of its own.</summary>
/// <remarks>Collections have names that occur once, so tests may share a server.</remarks>
public abstract class VectorIndexTestStore : IAsyncDisposable
{
    /// <summary>How many generated sequences are run, and from which seed. Default: 25 of 60 operations.</summary>
    public virtual GenerationSettings Generation => new();

    /// <summary>How often the concurrent facts repeat what they do, which bounds them. Default: 200.</summary>
    public virtual int Repetitions => 200;

    /// <summary>
    /// Whether the ordinary search finds what <see cref="VectorQuery.Exact"/> finds. Default: no, and it is held to 95% of the ten nearest.
    /// </summary>
    public virtual bool IsExact => false;

    /// <summary>How many items the facts about recall search in, 1,000 or more. Default: 2,000. A backend that indexes only larger collections gives more.</summary>
    public virtual int RecallItems => 2_000;

    /// <summary>Prepares the backend. Called once before the test. The default does nothing.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Opens an index as a process would have it. Opening it twice gives two processes on the same data; a backend in memory, which has only one
    /// process, gives the same instance.
    /// </summary>
    /// <returns>The index. The store disposes it in <see cref="DisposeAsync"/>, where it has something to dispose.</returns>
    public abstract ValueTask<IVectorIndex> OpenAsync();

    /// <summary>Disposes the indexes and what else the test used.</summary>
    /// <returns>A task that completes when all is disposed.</returns>
    public abstract ValueTask DisposeAsync();
}
