// Written by `pnpm docs:write` from the catalogue of models (packages/models). Do not edit.
import type { UploadedImage } from './upload.ts';

type Image = string | UploadedImage;
type Texts = readonly string[];
type Items<Field extends string> = readonly { readonly [Name in Field]?: unknown }[];

/**
 * What the known models take, by Kie's name. A field without `?` is demanded by Kie, which fills in no default. The facts
 * can be old: `model as string` takes any input.
 */
export interface ModelInputs {
  'bytedance/seedance-1.5-pro': {
    prompt: string;
    input_urls?: Texts;
    aspect_ratio: '1:1' | '4:3' | '3:4' | '16:9' | '9:16' | '21:9';
    resolution?: '480p' | '720p' | '1080p';
    duration?: string | number;
    fixed_lens?: boolean;
    generate_audio?: boolean;
    nsfw_checker?: boolean;
  };
  'bytedance/seedance-2': {
    resolution?: '480p' | '720p' | '1080p' | '4k';
    duration?: number;
    generate_audio?: boolean;
    return_last_frame?: boolean;
    web_search?: boolean;
    aspect_ratio?: '1:1' | '4:3' | '3:4' | '16:9' | '9:16' | '21:9' | 'adaptive';
    prompt?: string;
    reference_image_urls?: Texts;
    reference_audio_urls?: Texts;
    first_frame_url?: Image;
    last_frame_url?: Image;
    reference_video_urls?: Texts;
    nsfw_checker?: unknown;
  };
  'bytedance/seedance-2-5': {
    prompt?: string;
    first_frame_url?: Image;
    last_frame_url?: Image;
    reference_image_urls?: Texts;
    reference_video_urls?: Texts;
    reference_audio_urls?: Texts;
    return_last_frame?: boolean;
    generate_audio?: boolean;
    resolution?: '480p' | '720p' | '1080p';
    aspect_ratio?: '1:1' | '4:3' | '3:4' | '16:9' | '9:16' | '21:9' | 'adaptive';
    duration?: number;
    output_format?: 'mp4' | 'mov';
    web_search?: boolean;
    nsfw_checker?: boolean;
  };
  'bytedance/seedance-2-fast': {
    prompt?: string;
    first_frame_url?: Image;
    last_frame_url?: Image;
    reference_image_urls?: Texts;
    reference_video_urls?: Texts;
    reference_audio_urls?: Texts;
    return_last_frame?: boolean;
    generate_audio?: boolean;
    resolution?: '480p' | '720p';
    aspect_ratio?: '1:1' | '4:3' | '3:4' | '16:9' | '9:16' | '21:9' | 'adaptive';
    duration?: number;
    web_search?: boolean;
    nsfw_checker?: boolean;
  };
  'bytedance/seedance-2-mini': {
    prompt?: string;
    first_frame_url?: Image;
    last_frame_url?: Image;
    reference_image_urls?: Texts;
    reference_video_urls?: Texts;
    reference_audio_urls?: Texts;
    generate_audio?: boolean;
    resolution?: '480p' | '720p';
    aspect_ratio?: '1:1' | '4:3' | '3:4' | '16:9' | '9:16' | '21:9' | 'adaptive';
    duration?: number;
    web_search?: boolean;
    nsfw_checker?: boolean;
  };
  'bytedance/v1-lite-image-to-video': {
    prompt: string;
    image_url: Image;
    resolution?: '480p' | '720p' | '1080p';
    duration?: '5' | '10';
    camera_fixed?: boolean;
    seed?: number;
    enable_safety_checker?: boolean;
    end_image_url?: Image;
    nsfw_checker?: boolean;
  };
  'bytedance/v1-pro-fast-image-to-video': {
    prompt: string;
    image_url: Image;
    resolution?: '720p' | '1080p';
    duration?: '5' | '10';
    nsfw_checker?: boolean;
  };
  'bytedance/v1-pro-image-to-video': {
    prompt: string;
    image_url: Image;
    resolution?: '480p' | '720p' | '1080p';
    duration?: '5' | '10';
    camera_fixed?: boolean;
    seed?: number;
    enable_safety_checker?: boolean;
    nsfw_checker?: boolean;
  };
  'gemini-omni-video': {
    prompt: string;
    image_urls?: readonly Image[];
    audio_ids?: Texts;
    video_list?: Items<'ends' | 'start' | 'url'>;
    character_ids?: Texts;
    duration: '4' | '6' | '8' | '10';
    aspect_ratio?: '16:9' | '9:16';
    seed?: number;
    resolution?: '720p' | '1080p' | '4k';
  };
  'google/gemini-omni-flash-1-1': {
    prompt: string;
    first_frame_url?: Image;
    last_frame_url?: Image;
    image_urls?: readonly Image[];
    audio_ids?: Texts;
    character_ids?: Texts;
    video_list?: readonly object[];
    duration: '4' | '6' | '8' | '10';
    aspect_ratio?: '16:9' | '9:16';
    resolution?: '360p' | '720p' | '1080p' | '4k';
    seed?: number;
  };
  'grok-imagine-video-1-5-preview': {
    prompt?: string;
    image_urls?: readonly Image[];
    aspect_ratio?: '1:1' | '16:9' | '9:16' | '3:2' | '2:3' | 'auto';
    resolution?: '480p' | '720p' | '1080p';
    duration?: number;
    nsfw_checker?: boolean;
  };
  'grok-imagine/image-to-video': {
    image_urls?: readonly Image[];
    task_id?: string;
    index?: number;
    prompt?: string;
    mode?: 'fun' | 'normal' | 'spicy';
    duration?: string | number;
    resolution?: '480p' | '720p' | '1080p';
    aspect_ratio?: '2:3' | '3:2' | '1:1' | '16:9' | '9:16';
    nsfw_checker?: unknown;
  };
  'hailuo/02-image-to-video-pro': {
    prompt: string;
    image_url: Image;
    end_image_url?: Image;
    prompt_optimizer?: boolean;
    nsfw_checker?: boolean;
  };
  'hailuo/02-image-to-video-standard': {
    prompt: string;
    image_url: Image;
    end_image_url?: Image;
    duration?: '6' | '10';
    resolution?: '512P' | '768P';
    prompt_optimizer?: boolean;
    nsfw_checker?: boolean;
  };
  'hailuo/2-3-image-to-video-pro': {
    prompt: string;
    image_url: Image;
    duration?: '6' | '10';
    resolution?: '768P' | '1080P';
    nsfw_checker?: boolean;
  };
  'hailuo/2-3-image-to-video-standard': {
    prompt: string;
    image_url: Image;
    duration?: '6' | '10';
    resolution?: '768P' | '1080P';
    nsfw_checker?: unknown;
  };
  'happyhorse-1-1/image-to-video': {
    prompt?: string;
    image_urls: readonly Image[];
    resolution?: '720p' | '1080p';
    duration?: number;
  };
  'happyhorse-1-1/reference-to-video': {
    prompt: string;
    reference_image: Texts;
    resolution?: '720p' | '1080p';
    aspect_ratio?: '16:9' | '9:16' | '3:4' | '4:3' | '4:5' | '5:4' | '1:1' | '9:21' | '21:9';
    duration?: number;
  };
  'happyhorse/image-to-video': {
    prompt?: string;
    image_urls: readonly Image[];
    resolution?: '720p' | '1080p';
    duration?: number;
    seed?: number;
  };
  'happyhorse/reference-to-video': {
    prompt: string;
    reference_image: Texts;
    resolution?: '720p' | '1080p';
    aspect_ratio?: '16:9' | '9:16' | '1:1' | '4:3' | '3:4';
    duration?: number;
    seed?: number;
    image_urls?: unknown;
  };
  'happyhorse/video-edit': {
    prompt: string;
    video_url: string;
    reference_image?: Texts;
    resolution?: '720p' | '1080p';
    audio_setting?: 'auto' | 'origin';
    seed?: number;
  };
  'infinitalk/from-audio': {
    image_url: Image;
    audio_url: string;
    prompt: string;
    resolution?: '480p' | '720p';
    seed?: number;
  };
  'kling-2.6/image-to-video': {
    prompt: string;
    image_urls: readonly Image[];
    sound: boolean;
    duration: '5' | '10' | '15' | '20' | '30' | '40' | '50' | '60' | '70' | '80';
  };
  'kling-2.6/motion-control': {
    prompt?: string;
    input_urls: Texts;
    video_urls: Texts;
    character_orientation: 'image' | 'video';
    mode: '720p' | '1080p';
  };
  'kling-3.0-omni/image-to-video': {
    prompt: string;
    image_urls: readonly Image[];
    duration?: 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;
    resolution?: '720p' | '1080p' | '4k';
    aspect_ratio?: '16:9' | '9:16' | '1:1' | 'auto';
    audio?: boolean;
    customize_multi_shots?: boolean;
    prefer_multi_shots?: boolean;
    multi_prompt?: Items<'duration' | 'prompt'>;
    elements?: Items<'description' | 'element_input_audio_urls' | 'element_input_urls' | 'end_time' | 'name' | 'start_time'>;
  };
  'kling-3.0-omni/reference-to-video': {
    prompt: string;
    image_urls?: readonly Image[];
    duration?: 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;
    resolution?: '720p' | '1080p' | '4k';
    aspect_ratio?: '16:9' | '9:16' | '1:1';
    audio?: boolean;
    customize_multi_shots?: boolean;
    prefer_multi_shots?: boolean;
    multi_prompt?: Items<'duration' | 'prompt'>;
    elements?: Items<'description' | 'element_input_audio_urls' | 'element_input_urls' | 'end_time' | 'name' | 'start_time'>;
    video_urls?: Texts;
  };
  'kling-3.0-omni/transformation': {
    prompt: string;
    video_urls: Texts;
    image_urls?: readonly Image[];
    duration?: string;
    resolution?: '720p' | '1080p' | '4k';
    aspect_ratio?: '16:9' | '9:16' | '1:1' | 'auto';
    audio?: boolean;
    elements?: Items<'description' | 'element_input_audio_urls' | 'element_input_urls' | 'name'>;
  };
  'kling-3.0/motion-control': {
    prompt?: string;
    input_urls: Texts;
    video_urls: Texts;
    mode?: string;
    character_orientation?: string;
    background_source?: string;
  };
  'kling-3.0/video': {
    prompt: string;
    image_urls?: readonly Image[];
    sound: boolean;
    duration: '3' | '4' | '5' | '6' | '7' | '8' | '9' | '10' | '11' | '12' | '13' | '14' | '15';
    aspect_ratio: '16:9' | '9:16' | '1:1';
    mode: 'std' | 'pro' | '4K';
    multi_shots: boolean;
    multi_prompt: Items<'duration' | 'prompt'>;
    kling_elements?: Items<'description' | 'element_input_audio_urls' | 'element_input_urls' | 'end_time' | 'name' | 'start_time'>;
  };
  'kling/ai-avatar-pro': {
    image_url: Image;
    audio_url: string;
    prompt: string;
  };
  'kling/ai-avatar-standard': {
    image_url: Image;
    audio_url: string;
    prompt: string;
  };
  'kling/v2-1-master-image-to-video': {
    image_url: Image;
    prompt: string;
    cfg_scale?: number;
    duration?: '5' | '10';
    negative_prompt?: string;
  };
  'kling/v2-1-pro': {
    prompt: string;
    image_url: Image;
    duration?: '5' | '10';
    negative_prompt?: string;
    cfg_scale?: number;
    tail_image_url?: Image;
  };
  'kling/v2-1-standard': {
    prompt: string;
    image_url: Image;
    duration?: '5' | '10';
    negative_prompt?: string;
    cfg_scale?: number;
  };
  'kling/v2-5-turbo-image-to-video-pro': {
    image_url: Image;
    prompt: string;
    cfg_scale?: number;
    duration?: '5' | '10';
    negative_prompt?: string;
    tail_image_url?: Image;
  };
  'kling/v3-turbo-image-to-video': {
    prompt: string;
    image_urls: readonly Image[];
    duration: string;
    resolution: '720p' | '1080p';
  };
  'minimax-h3/image-to-video': {
    prompt: string;
    first_frame_url?: Image;
    last_frame_url?: Image;
    duration: 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;
    resolution?: '768P' | '2K';
  };
  'minimax-h3/reference-to-video': {
    prompt: string;
    reference_image_urls?: Texts;
    reference_video_urls?: Texts;
    reference_audio_urls?: Texts;
    aspect_ratio?: 'adaptive' | '21:9' | '16:9' | '4:3' | '1:1' | '3:4' | '9:16';
    duration: 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;
    resolution?: '768P' | '2K';
  };
  'omnihuman-1-5': {
    image_url: Image;
    mask_url?: Texts;
    audio_url: string;
    prompt?: string;
    output_resolution?: '720' | '1080';
    pe_fast_mode?: boolean;
    seed?: number;
  };
  'pixverse-v6/image-to-video': {
    prompt: string;
    image_urls: readonly Image[];
    quality: '360p' | '540p' | '720p' | '1080p';
    duration: number;
    generate_audio_switch?: boolean;
    generate_multi_clip_switch?: boolean;
    seed?: number;
    template_id?: '412736208886848' | '411563216524736' | '411316927927040' | '411174903569216' | '410999246341952' | '408891141511104' | '410317363057408' | '410285445698304' | '410133101388544' | '409899296377728' | '408897485909952' | '408869061406656' | '408661207662528' | '409767750265728' | '409766559675264' | '409589071559552' | '407804339389760' | '407658863287616' | '407474361215744' | '407473438360320' | '407467702283008' | '385844572217469' | '406428904874432' | '406423682060736' | '406411724685760' | '406372274350528' | '406218913317312' | '406218479198656' | '406064763308480' | '406413607395776' | '405662117814720' | '406014934000064' | '405658369331648' | '405321470423488' | '405175211454656' | '404955806201792' | '404820147974080' | '398980393937856' | '403916646846400' | '403739217192896' | '403560060358144' | '403556618212098' | '398965022284579' | '402201060373270' | '403085292466285' | '402061828030966' | '402888569901524' | '402155676592228' | '402047865383360' | '402046136040202';
  };
  'pixverse-v6/reference-to-video': {
    prompt: string;
    image_references: Items<'image_url' | 'ref_name' | 'type'>;
    aspect_ratio: '16:9' | '4:3' | '1:1' | '3:4' | '9:16' | '2:3' | '3:2' | '21:9';
    quality: '360p' | '540p' | '720p' | '1080p';
    duration: number;
    generate_audio_switch?: boolean;
    seed?: number;
  };
  'pixverse-v6/transition': {
    prompt: string;
    first_frame_image_url: Image;
    last_frame_image_url: Image;
    quality: '360p' | '540p' | '720p' | '1080p';
    duration: number;
    generate_audio_switch?: boolean;
    seed?: number;
  };
  'runway': {
    prompt: string;
    image_url?: Image;
    duration: 5 | 10;
    quality: '720p' | '1080p';
    aspect_ratio?: '16:9' | '9:16' | '1:1' | '4:3' | '3:4';
    watermark?: string;
  };
  'sora-2-image-to-video': {
    prompt: string;
    image_urls: readonly Image[];
    aspect_ratio?: 'portrait' | 'landscape';
    n_frames?: '10' | '15';
    remove_watermark?: boolean;
    character_id_list?: Texts;
    upload_method: 's3' | 'oss';
  };
  'sora-2-pro-image-to-video': {
    prompt: string;
    image_urls: readonly Image[];
    aspect_ratio?: 'portrait' | 'landscape';
    n_frames?: '10' | '15';
    size?: 'standard' | 'high';
    remove_watermark?: boolean;
    character_id_list?: Texts;
    upload_method: 'oss' | 's3';
  };
  'veo-3-1': {
    model?: 'veo3' | 'veo3_fast' | 'veo3_lite';
    prompt: string;
    image_urls?: readonly Image[];
    generation_type?: 'TEXT_2_VIDEO' | 'FIRST_AND_LAST_FRAMES_2_VIDEO' | 'REFERENCE_2_VIDEO';
    aspect_ratio?: '16:9' | '9:16';
    resolution?: '720p' | '1080p' | '4k';
    duration?: 4 | 6 | 8;
    enable_fallback?: boolean;
    enable_translation?: boolean;
    watermark?: string;
  };
  'wan/2-2-a14b-image-to-video-turbo': {
    image_url: Image;
    prompt: string;
    resolution?: '480p' | '720p';
    enable_prompt_expansion?: boolean;
    seed?: number;
    acceleration?: 'none' | 'regular';
    nsfw_checker?: boolean;
  };
  'wan/2-2-a14b-speech-to-video-turbo': {
    prompt: string;
    image_url: Image;
    audio_url: string;
    num_frames?: number;
    frames_per_second?: number;
    resolution?: '480p' | '580p' | '720p';
    negative_prompt?: string;
    seed?: number;
    num_inference_steps?: number;
    guidance_scale?: number;
    shift?: number;
    nsfw_checker?: boolean;
  };
  'wan/2-2-animate-move': {
    video_url: string;
    image_url: Image;
    resolution?: '480p' | '580p' | '720p';
    nsfw_checker?: boolean;
  };
  'wan/2-2-animate-replace': {
    video_url: string;
    image_url: Image;
    resolution?: '480p' | '580p' | '720p';
    nsfw_checker?: boolean;
  };
  'wan/2-5-image-to-video': {
    prompt: string;
    image_url: Image;
    duration: '5' | '10';
    resolution?: '720p' | '1080p';
    negative_prompt?: string;
    enable_prompt_expansion?: boolean;
    seed?: number;
    nsfw_checker?: boolean;
  };
  'wan/2-6-flash-image-to-video': {
    prompt: string;
    image_urls: readonly Image[];
    duration?: '5' | '10' | '15';
    resolution?: '720p' | '1080p';
    audio: boolean;
    multi_shots?: boolean;
    nsfw_checker?: boolean;
  };
  'wan/2-6-image-to-video': {
    prompt: string;
    image_urls: readonly Image[];
    duration?: '5' | '10' | '15';
    resolution?: '720p' | '1080p';
    multi_shots?: boolean;
    nsfw_checker?: boolean;
  };
  'wan/2-7-image-to-video': {
    prompt?: string;
    negative_prompt?: string;
    first_frame_url?: Image;
    last_frame_url?: Image;
    first_clip_url?: string;
    driving_audio_url?: string;
    resolution?: '720p' | '1080p';
    duration?: number;
    prompt_extend?: boolean;
    watermark?: boolean;
    seed?: number;
    nsfw_checker?: boolean;
  };
  'wan/2-7-r2v': {
    prompt: string;
    negative_prompt?: string;
    reference_image?: Texts;
    reference_video?: Texts;
    first_frame?: Image;
    reference_voice?: string;
    resolution?: '720p' | '1080p';
    aspect_ratio?: '16:9' | '9:16' | '1:1' | '4:3' | '3:4';
    duration?: number;
    prompt_extend?: boolean;
    watermark?: boolean;
    seed?: number;
    nsfw_checker?: boolean;
  };
  'wan/2-7-videoedit': {
    prompt?: string;
    negative_prompt?: string;
    video_url: string;
    reference_image?: Image;
    resolution?: '720p' | '1080p';
    aspect_ratio?: '16:9' | '9:16' | '1:1' | '4:3' | '3:4';
    duration?: number;
    audio_setting?: 'auto' | 'origin';
    prompt_extend?: boolean;
    watermark?: boolean;
    seed?: number;
    nsfw_checker?: boolean;
  };
  'wan/3-0-video': {
    prompt?: string;
    first_frame_url?: Image;
    last_frame_url?: Image;
    reference_image_urls?: Texts;
    reference_video_urls?: Texts;
    reference_audio_urls?: Texts;
    aspect_ratio?: 'adaptive' | '16:9' | '9:16' | '1:1' | '4:3' | '3:4';
    resolution?: '480P' | '720P' | '1080P';
    duration?: number;
    audio?: boolean;
    seed?: number;
  };
  'wan/3-0-video-prime': {
    prompt?: string;
    first_frame_url?: Image;
    last_frame_url?: Image;
    reference_image_urls?: Texts;
    reference_video_urls?: Texts;
    reference_audio_urls?: Texts;
    aspect_ratio?: 'adaptive' | '16:9' | '9:16' | '1:1' | '4:3' | '3:4';
    resolution?: '480P' | '720P' | '1080P';
    duration?: number;
    audio?: boolean;
    seed?: number;
  };
}
