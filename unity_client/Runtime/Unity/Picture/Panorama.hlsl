// What the pipelines of com.unity.render-pipelines.core have in common.
#ifndef SONORAMA_PANORAMA_INCLUDED
#define SONORAMA_PANORAMA_INCLUDED

struct Corner
{
    float3 position : POSITION;
    float2 place : TEXCOORD0;
    UNITY_VERTEX_INPUT_INSTANCE_ID
};

struct Spot
{
    float4 position : SV_POSITION;
    float2 place : TEXCOORD0;
    UNITY_VERTEX_OUTPUT_STEREO
};

TEXTURE2D(_MainTex);
SAMPLER(sampler_MainTex);

Spot Vertex(Corner corner)
{
    Spot spot = (Spot)0;
    UNITY_SETUP_INSTANCE_ID(corner);
    UNITY_INITIALIZE_VERTEX_OUTPUT_STEREO(spot);
    spot.position = TransformObjectToHClip(corner.position);
    spot.place = corner.place;
    return spot;
}

half4 Fragment(Spot spot) : SV_Target
{
    UNITY_SETUP_STEREO_EYE_INDEX_POST_VERTEX(spot);
    return SAMPLE_TEXTURE2D(_MainTex, sampler_MainTex, spot.place);
}

#endif
