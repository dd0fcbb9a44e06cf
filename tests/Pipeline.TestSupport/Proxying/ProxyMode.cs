namespace Pipeline.TestSupport.Proxying;

/// <summary>What a proxy does with connections.</summary>
public enum ProxyMode
{
    /// <summary>Passes everything on.</summary>
    Forwarding,

    /// <summary>Passes nothing on, either way, of connections that are open and of those that are opened: a network that swallows packets. What came meanwhile passes when the mode ends.</summary>
    Stalled,

    /// <summary>Connections that are open work; new ones are taken and never answered.</summary>
    NotAnsweringNew,

    /// <summary>Connections that are open work; new ones are refused.</summary>
    Refusing,
}
