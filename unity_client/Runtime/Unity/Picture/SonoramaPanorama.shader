// The picture as it is, with no light of the scene's, for the three render pipelines; for both eyes at once, too. Unity
// leaves out a SubShader whose packages aren't in the project.
Shader "Sonorama/Panorama"
{
    Properties
    {
        [MainTexture] _MainTex ("Picture", 2D) = "black" {}
    }

    SubShader
    {
        PackageRequirements { "com.unity.render-pipelines.universal" }
        Tags { "RenderPipeline" = "UniversalPipeline" "RenderType" = "Opaque" "Queue" = "Geometry" }

        Pass
        {
            Name "Panorama"
            Tags { "LightMode" = "UniversalForwardOnly" }

            HLSLPROGRAM
            #pragma vertex Vertex
            #pragma fragment Fragment
            #pragma multi_compile_instancing
            #include "Packages/com.unity.render-pipelines.universal/ShaderLibrary/Core.hlsl"
            #include "Panorama.hlsl"
            ENDHLSL
        }
    }

    SubShader
    {
        PackageRequirements { "com.unity.render-pipelines.high-definition" }
        Tags { "RenderPipeline" = "HDRenderPipeline" "RenderType" = "Opaque" "Queue" = "Geometry" }

        Pass
        {
            Name "Panorama"
            Tags { "LightMode" = "ForwardOnly" }

            HLSLPROGRAM
            #pragma target 4.5
            #pragma vertex Vertex
            #pragma fragment Fragment
            #pragma multi_compile_instancing
            #include "Packages/com.unity.render-pipelines.core/ShaderLibrary/Common.hlsl"
            #include "Packages/com.unity.render-pipelines.high-definition/Runtime/ShaderLibrary/ShaderVariables.hlsl"
            #include "Panorama.hlsl"
            ENDHLSL
        }
    }

    SubShader
    {
        Tags { "RenderType" = "Opaque" "Queue" = "Geometry" }

        Pass
        {
            CGPROGRAM
            #pragma vertex Vertex
            #pragma fragment Fragment
            #pragma multi_compile_instancing
            #include "UnityCG.cginc"

            struct Corner
            {
                float4 position : POSITION;
                float2 place : TEXCOORD0;
                UNITY_VERTEX_INPUT_INSTANCE_ID
            };

            struct Spot
            {
                float4 position : SV_POSITION;
                float2 place : TEXCOORD0;
                UNITY_VERTEX_OUTPUT_STEREO
            };

            sampler2D _MainTex;

            Spot Vertex(Corner corner)
            {
                Spot spot;
                UNITY_SETUP_INSTANCE_ID(corner);
                UNITY_INITIALIZE_OUTPUT(Spot, spot);
                UNITY_INITIALIZE_VERTEX_OUTPUT_STEREO(spot);
                spot.position = UnityObjectToClipPos(corner.position);
                spot.place = corner.place;
                return spot;
            }

            half4 Fragment(Spot spot) : SV_Target
            {
                return tex2D(_MainTex, spot.place);
            }
            ENDCG
        }
    }
}
