namespace Pipeline.Learning;

/// <summary>A filter, prepared for going through rows: what it names is looked up once.</summary>
internal sealed class RowFilter
{
    private readonly LearningFilter _filter;
    private readonly string? _collection;
    private readonly string? _step;
    private readonly string? _agent;
    private readonly bool _selectsAll;

    public RowFilter(LearningFilter filter, LearningRows rows)
    {
        _filter = filter;
        _selectsAll = filter.SelectsAll();
        IsEmpty = !TryFind(filter.Collection, rows, out _collection) | !TryFind(filter.Step, rows, out _step) | !TryFind(filter.Agent, rows, out _agent);
    }

    /// <summary>Whether it names something that no learning has.</summary>
    public bool IsEmpty { get; }

    /// <summary>Tells from the row alone whether its learning may be selected.</summary>
    public bool MaySelect(in LearningRow row) =>
        _selectsAll
        || (row.Severity >= _filter.MinSeverity
            && (_step is null || ReferenceEquals(_step, row.Step))
            && (_collection is null || ReferenceEquals(_collection, row.Collection))
            && (_agent is null || ReferenceEquals(_agent, row.Agent)));

    public bool Selects(LearningEntry entry) => _selectsAll || _filter.Selects(entry);

    private static bool TryFind(string? name, LearningRows rows, out string? known)
    {
        known = name is null ? null : rows.FindName(name);
        return name is null || known is not null;
    }
}
