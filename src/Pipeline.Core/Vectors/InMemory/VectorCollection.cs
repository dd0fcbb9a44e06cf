namespace Pipeline.Vectors;

/// <summary>A collection: its versions, and which of them is live.</summary>
internal sealed class VectorCollection
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, Entry> _versions = [];
    private readonly string _name;
    private VectorVersion _live;
    private int _lastNumber = 1;

    public VectorCollection(VectorCollectionDefinition definition, DateTimeOffset created)
    {
        _name = definition.Name;
        _live = new VectorVersion(definition, _lastNumber, created);
        _versions.Add(_lastNumber, new Entry(_live, VectorVersionState.Live));
    }

    public VectorVersion Live => Volatile.Read(ref _live);

    /// <summary>Finds what a call is to be answered by.</summary>
    /// <exception cref="VectorCollectionException">The version does not exist.</exception>
    public VectorVersion Find(int? version)
    {
        if (version is not { } number)
        {
            return Live;
        }

        lock (_gate)
        {
            return FindEntry(number).Version;
        }
    }

    /// <summary>Indexes the fields that the live version lacks.</summary>
    /// <exception cref="VectorCollectionException">The live version holds something else.</exception>
    public VectorCollectionVersion Ensure(VectorCollectionDefinition definition)
    {
        lock (_gate)
        {
            var merged = _live.Definition.Merge(definition, _live.Number);
            if (!ReferenceEquals(merged, _live.Definition))
            {
                _live.AddFields(merged);
            }

            return _live.Describe(VectorVersionState.Live);
        }
    }

    public VectorCollectionVersion Build(VectorCollectionDefinition definition, DateTimeOffset created)
    {
        lock (_gate)
        {
            var version = new VectorVersion(definition, ++_lastNumber, created);
            _versions.Add(version.Number, new Entry(version, VectorVersionState.Building));
            return version.Describe(VectorVersionState.Building);
        }
    }

    /// <summary>Notes what a validation found.</summary>
    /// <exception cref="VectorCollectionException">The version does not exist any more.</exception>
    public void NoteValidation(int number, bool isValid)
    {
        lock (_gate)
        {
            var entry = FindEntry(number);
            if (entry.State is VectorVersionState.Building or VectorVersionState.Validated)
            {
                entry.State = isValid ? VectorVersionState.Validated : VectorVersionState.Building;
            }
        }
    }

    /// <summary>Makes a version live.</summary>
    /// <exception cref="VectorCollectionException">The version does not exist or has not been validated.</exception>
    public void Switch(int number)
    {
        lock (_gate)
        {
            var entry = FindEntry(number);
            if (entry.State == VectorVersionState.Building)
            {
                throw VectorCollectionException.NotValidated(_name, number);
            }

            _versions[_live.Number].State = VectorVersionState.Superseded;
            entry.State = VectorVersionState.Live;
            Volatile.Write(ref _live, entry.Version);
        }
    }

    /// <summary>Drops a version if it is there.</summary>
    /// <exception cref="VectorCollectionException">The version is live.</exception>
    public void Retire(int number)
    {
        lock (_gate)
        {
            if (_live.Number == number)
            {
                throw VectorCollectionException.IsLive(_name, number);
            }

            _versions.Remove(number);
        }
    }

    public IReadOnlyList<VectorCollectionVersion> List()
    {
        lock (_gate)
        {
            return [.. _versions.Values.Reverse().Select(static entry => entry.Version.Describe(entry.State))];
        }
    }

    private Entry FindEntry(int number) => _versions.TryGetValue(number, out var entry)
        ? entry
        : throw VectorCollectionException.NoVersion(_name, number);

    private sealed class Entry(VectorVersion version, VectorVersionState state)
    {
        public VectorVersion Version { get; } = version;

        public VectorVersionState State { get; set; } = state;
    }
}
