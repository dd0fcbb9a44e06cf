namespace Pipeline.Workers;

/// <summary>What the queues and chains of these tests carry.</summary>
internal sealed record Document(string Name, string Text = "");
