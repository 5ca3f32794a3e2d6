namespace Jangbu.Node;

/// <summary>One stage reached.</summary>
/// <param name="Stage">Which.</param>
/// <param name="Id">Of which transaction.</param>
/// <param name="Elapsed">Time since the call began.</param>
public sealed record PaymentProgress(PaymentStage Stage, Guid Id, TimeSpan Elapsed)
{
    /// <summary>With <see cref="PaymentStage.IceConnected"/>: <c>host</c>, <c>srflx</c>, <c>prflx</c> or <c>relay</c>.</summary>
    public string? Path { get; init; }

    /// <summary>With <see cref="PaymentStage.OfferStored"/>: how many DHT nodes hold it.</summary>
    public int? Nodes { get; init; }

    /// <summary>The name of the stage in JSON and on the terminal.</summary>
    public string StageName => Stage switch
    {
        PaymentStage.Signed => "signed",
        PaymentStage.Resolving => "resolving",
        PaymentStage.OfferStored => "offer_stored",
        PaymentStage.AnswerFound => "answer_found",
        PaymentStage.IceConnected => "ice_connected",
        PaymentStage.DtlsConnected => "dtls_connected",
        PaymentStage.Sent => "sent",
        PaymentStage.Received => "received",
        PaymentStage.Processed => "processed",
        _ => throw new System.Diagnostics.UnreachableException($"stage {Stage}"),
    };
}
