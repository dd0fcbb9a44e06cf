namespace Api.Documents;

/// <summary>A document on its way through the queue.</summary>
internal sealed record Document(Guid Id, string Text);
