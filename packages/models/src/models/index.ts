import type { KieModel } from '../model.ts';
import { bytedanceSeedance15Pro } from './bytedance-seedance-1-5-pro.ts';
import { bytedanceSeedance2 } from './bytedance-seedance-2.ts';
import { bytedanceSeedance25 } from './bytedance-seedance-2-5.ts';
import { bytedanceSeedance2Fast } from './bytedance-seedance-2-fast.ts';
import { bytedanceSeedance2Mini } from './bytedance-seedance-2-mini.ts';
import { bytedanceV1LiteImageToVideo } from './bytedance-v1-lite-image-to-video.ts';
import { bytedanceV1ProFastImageToVideo } from './bytedance-v1-pro-fast-image-to-video.ts';
import { bytedanceV1ProImageToVideo } from './bytedance-v1-pro-image-to-video.ts';
import { geminiOmniVideo } from './gemini-omni-video.ts';
import { grokImagineVideo15Preview } from './grok-imagine-video-1-5-preview.ts';
import { grokImagineImageToVideo } from './grok-imagine-image-to-video.ts';
import { hailuo02ImageToVideoStandard } from './hailuo-02-image-to-video-standard.ts';
import { hailuo02ImageToVideoPro } from './hailuo-02-image-to-video-pro.ts';
import { hailuo23ImageToVideoStandard } from './hailuo-2-3-image-to-video-standard.ts';
import { hailuo23ImageToVideoPro } from './hailuo-2-3-image-to-video-pro.ts';
import { happyhorse11ImageToVideo } from './happyhorse-1-1-image-to-video.ts';
import { happyhorseImageToVideo } from './happyhorse-image-to-video.ts';
import { kling26ImageToVideo } from './kling-2-6-image-to-video.ts';
import { kling30OmniImageToVideo } from './kling-3-0-omni-image-to-video.ts';
import { kling30Video } from './kling-3-0-video.ts';
import { klingV21MasterImageToVideo } from './kling-v2-1-master-image-to-video.ts';
import { klingV21Pro } from './kling-v2-1-pro.ts';
import { klingV21Standard } from './kling-v2-1-standard.ts';
import { klingV25TurboImageToVideoPro } from './kling-v2-5-turbo-image-to-video-pro.ts';
import { klingV3TurboImageToVideo } from './kling-v3-turbo-image-to-video.ts';
import { minimaxH3ImageToVideo } from './minimax-h3-image-to-video.ts';
import { pixverseV6ImageToVideo } from './pixverse-v6-image-to-video.ts';
import { pixverseV6Transition } from './pixverse-v6-transition.ts';
import { wan22A14bImageToVideoTurbo } from './wan-2-2-a14b-image-to-video-turbo.ts';
import { wan25ImageToVideo } from './wan-2-5-image-to-video.ts';
import { wan26FlashImageToVideo } from './wan-2-6-flash-image-to-video.ts';
import { wan26ImageToVideo } from './wan-2-6-image-to-video.ts';
import { wan27ImageToVideo } from './wan-2-7-image-to-video.ts';
import { happyhorse11ReferenceToVideo } from './happyhorse-1-1-reference-to-video.ts';
import { happyhorseReferenceToVideo } from './happyhorse-reference-to-video.ts';
import { kling30OmniReferenceToVideo } from './kling-3-0-omni-reference-to-video.ts';
import { minimaxH3ReferenceToVideo } from './minimax-h3-reference-to-video.ts';
import { pixverseV6ReferenceToVideo } from './pixverse-v6-reference-to-video.ts';
import { wan27R2v } from './wan-2-7-r2v.ts';
import { infinitalkFromAudio } from './infinitalk-from-audio.ts';
import { klingAiAvatarPro } from './kling-ai-avatar-pro.ts';
import { klingAiAvatarStandard } from './kling-ai-avatar-standard.ts';
import { omnihuman15 } from './omnihuman-1-5.ts';
import { wan22A14bSpeechToVideoTurbo } from './wan-2-2-a14b-speech-to-video-turbo.ts';
import { kling26MotionControl } from './kling-2-6-motion-control.ts';
import { kling30MotionControl } from './kling-3-0-motion-control.ts';
import { wan22AnimateMove } from './wan-2-2-animate-move.ts';
import { wan22AnimateReplace } from './wan-2-2-animate-replace.ts';
import { kling30OmniTransformation } from './kling-3-0-omni-transformation.ts';
import { happyhorseVideoEdit } from './happyhorse-video-edit.ts';
import { wan27Videoedit } from './wan-2-7-videoedit.ts';
import { wan30Video } from './wan-3-0-video.ts';
import { wan30VideoPrime } from './wan-3-0-video-prime.ts';
import { googleGeminiOmniFlash11 } from './google-gemini-omni-flash-1-1.ts';
import { veo31 } from './veo-3-1.ts';
import { runway } from './runway.ts';
import { sora2ImageToVideo } from './sora-2-image-to-video.ts';
import { sora2ProImageToVideo } from './sora-2-pro-image-to-video.ts';

/** Every model that kieq has facts about, one in each file of this folder. */
export const ALL_MODELS: readonly KieModel[] = [
  bytedanceSeedance15Pro,
  bytedanceSeedance2,
  bytedanceSeedance25,
  bytedanceSeedance2Fast,
  bytedanceSeedance2Mini,
  bytedanceV1LiteImageToVideo,
  bytedanceV1ProFastImageToVideo,
  bytedanceV1ProImageToVideo,
  geminiOmniVideo,
  grokImagineVideo15Preview,
  grokImagineImageToVideo,
  hailuo02ImageToVideoStandard,
  hailuo02ImageToVideoPro,
  hailuo23ImageToVideoStandard,
  hailuo23ImageToVideoPro,
  happyhorse11ImageToVideo,
  happyhorseImageToVideo,
  kling26ImageToVideo,
  kling30OmniImageToVideo,
  kling30Video,
  klingV21MasterImageToVideo,
  klingV21Pro,
  klingV21Standard,
  klingV25TurboImageToVideoPro,
  klingV3TurboImageToVideo,
  minimaxH3ImageToVideo,
  pixverseV6ImageToVideo,
  pixverseV6Transition,
  wan22A14bImageToVideoTurbo,
  wan25ImageToVideo,
  wan26FlashImageToVideo,
  wan26ImageToVideo,
  wan27ImageToVideo,
  happyhorse11ReferenceToVideo,
  happyhorseReferenceToVideo,
  kling30OmniReferenceToVideo,
  minimaxH3ReferenceToVideo,
  pixverseV6ReferenceToVideo,
  wan27R2v,
  infinitalkFromAudio,
  klingAiAvatarPro,
  klingAiAvatarStandard,
  omnihuman15,
  wan22A14bSpeechToVideoTurbo,
  kling26MotionControl,
  kling30MotionControl,
  wan22AnimateMove,
  wan22AnimateReplace,
  kling30OmniTransformation,
  happyhorseVideoEdit,
  wan27Videoedit,
  wan30Video,
  wan30VideoPrime,
  googleGeminiOmniFlash11,
  veo31,
  runway,
  sora2ImageToVideo,
  sora2ProImageToVideo,
];
