using Jangbu.Payments.Records;

namespace Jangbu.Payments.Jobs;

/// <summary>Signs one record. Its hash covers the payload and not the signature, so records in a row are signed side by side.</summary>
internal sealed class SignJob(IPersonKeys keys, Draft draft) : Job
{
    private string? _jws;

    public override void Run() => _jws = keys.Sign(Record.Typ, draft.Payload);

    public void HandOver() => draft.Jws = _jws ?? throw new InvalidOperationException("a signing job was handed back before it ran");

    public Act Act => draft.Act;
}
