namespace Pipeline.Caching;

/// <summary>A place in a circular list of the <see cref="ExpiryWheel"/>: the head of a slot, or an entry.</summary>
internal abstract class ExpiryNode
{
    protected ExpiryNode() => Earlier = Later = this;

    internal ExpiryNode Earlier { get; set; }

    internal ExpiryNode Later { get; set; }
}
