using System.Text.Json;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sdp;

namespace Jangbu.Tests.Sdp;

public sealed class SessionDescriptionTests
{
    [Fact]
    public void RendezvousVectors_ReadAndWritten_AreTheSameText()
    {
        int count = 0;
        foreach (JsonElement value in VectorFile.Json("jangbu/rendezvous.json").GetProperty("values").EnumerateArray())
        {
            if (!value.TryGetProperty("sdp", out JsonElement sdp))
                continue;
            count++;
            Assert.True(SessionDescription.TryParse(sdp.GetString(), out SessionDescription? description));
            Assert.Equal(sdp.GetString(), description!.ToString());
            Assert.Equal(262_144, description.LargestMessage);
            Assert.True(description.EndOfCandidates);
            JsonElement[] candidates = value.GetProperty("candidates").EnumerateArray().ToArray();
            Assert.Equal(candidates.Length, description.Candidates.Count);
            Assert.Equal(candidates[0].GetProperty("port").GetInt32(), description.Candidates[0].EndPoint.Port);
            Assert.Equal(CandidateType.Relayed, description.Candidates[2].Type);
        }

        Assert.Equal(3, count);
    }
}
