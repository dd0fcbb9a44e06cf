namespace Api.Documents;

/// <summary>A document that is to be indexed.</summary>
internal sealed record NewDocument(string Text);
