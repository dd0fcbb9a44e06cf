using Pipeline.Vectors;

namespace Pipeline.Conformance.Vectors.FaultInjection;

/// <summary>The collections of a <see cref="FaultInjectingVectorIndex"/>.</summary>
internal sealed class FaultInjectingCollections(IVectorCollections inner, VectorFaults faults) : IVectorCollections
{
    public ValueTask<VectorCollectionVersion> EnsureAsync(VectorCollectionDefinition definition, CancellationToken cancellationToken = default) =>
        RunAsync(() => inner.EnsureAsync(definition, cancellationToken), cancellationToken);

    public ValueTask<VectorCollectionVersion> BuildAsync(VectorCollectionDefinition definition, CancellationToken cancellationToken = default) =>
        RunAsync(() => inner.BuildAsync(definition, cancellationToken), cancellationToken);

    public ValueTask<VectorValidation> ValidateAsync(
        string collection, int version, VectorValidationOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(() => inner.ValidateAsync(collection, version, options, cancellationToken), cancellationToken);

    public async ValueTask SwitchAsync(string collection, int version, CancellationToken cancellationToken = default) => await RunAsync(
        async () =>
        {
            await inner.SwitchAsync(collection, version, cancellationToken);
            return true;
        },
        cancellationToken);

    public async ValueTask RetireAsync(string collection, int version, CancellationToken cancellationToken = default) => await RunAsync(
        async () =>
        {
            await inner.RetireAsync(collection, version, cancellationToken);
            return true;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<VectorCollectionVersion>> ListAsync(string? collection = null, CancellationToken cancellationToken = default) =>
        RunAsync(() => inner.ListAsync(collection, cancellationToken), cancellationToken);

    private ValueTask<T> RunAsync<T>(Func<ValueTask<T>> work, CancellationToken cancellationToken) =>
        faults.RunAsync(VectorCall.Collections, work, cancellationToken);
}
